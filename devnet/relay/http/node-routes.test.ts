import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeInfoSchema } from '../../../protocol/wire/node.ts';
import { type Actor, createHarness, FEE, type Harness, llmResult, MODEL, STAKE } from '../testing/harness.ts';
import { failed, refused, SUCCESS } from '../testing/refusals.ts';

let harness: Harness;
let node: Actor;
beforeEach(() => {
  harness = createHarness();
  node = harness.actor('n1');
});
afterEach(() => harness.relay.close());

const NO_TASK = `0x${'0'.repeat(64)}`;
const act = (actor: Actor, action: string) => actor.post(`/v1/node/${actor.address}/${action}`, { address: actor.address });
const info = async (actor: Actor) => {
  const { json } = await actor.get(`/v2/node/${actor.address}`, { address: actor.address });
  return nodeInfoSchema.parse((json as { data: unknown }).data);
};
const status = async () => (await info(node)).status;

/** Starts a task on the node. */
async function busy() {
  await node.join();
  const task = await harness.actor('app').createTask();
  harness.relay.runRound();
  expect(await status()).toBe('Busy');
  return task;
}

test.each([
  ['a version of two parts', { version: '3.5' }, refused('version', 'Invalid node version')],
  ['a version with letters', { version: '3.5.x' }, refused('task_version', 'Invalid task version')],
  ['another stake than it has', { staking: (STAKE + 1n).toString() }, failed('staking amount mismatch')],
  ['an unknown network', { network: 'mars' }, failed('blockchain not found')],
  ['no models', { model_ids: [] }, failed('empty slice found')],
  ['no GPU name', { gpu_name: '' }, refused('gpu_name', 'required')],
  ['no VRAM', { gpu_vram: 0 }, refused('gpu_vram', 'required')],
])('a join is refused with %s', async (_, overrides, expected) => {
  expect(await node.join(overrides)).toMatchObject(expected);
  expect(harness.relay.node(node.address)).toBeUndefined();
});

test('a join checks the version before the network, the network before the stake, the stake before the models', async () => {
  const wrong = { version: 'x', staking: '1', network: 'mars', model_ids: [] };
  expect(await node.join(wrong)).toMatchObject(refused('version', 'Invalid node version'));
  expect(await node.join({ ...wrong, version: '3.5.0' })).toMatchObject(failed('blockchain not found'));
  expect(await node.join({ staking: '1', model_ids: [] })).toMatchObject(failed('staking amount mismatch'));
});

test('a node joins once, and a stake of 0 means the default', async () => {
  expect(await node.join({ staking: '0' })).toMatchObject({ status: 200, json: SUCCESS });
  expect(await node.join()).toMatchObject(refused('address', 'Node already joined'));
  expect(await info(node)).toMatchObject({
    status: 'Available',
    operatorStakingWei: STAKE,
    modelIds: [MODEL],
    stakingScore: 1,
    qosScore: 0.5,
  });
});

test('nobody joins or asks for someone else', async () => {
  const stranger = harness.actor('n2');
  const fields = {
    address: node.address,
    network: 'devnet',
    gpu_name: 'x',
    gpu_vram: 1,
    version: '3.5.0',
    model_ids: [MODEL],
    staking: '0',
  };
  expect(await stranger.post(`/v2/node/${node.address}/join`, fields)).toMatchObject(refused('address', 'Signer not allowed'));
  const read = await stranger.get(`/v2/node/${node.address}`, { address: node.address });
  expect(read).toMatchObject(refused('address', 'Signer not allowed'));
  const unsigned = await harness.send({ method: 'GET', url: `/v2/node/${node.address}` });
  expect(unsigned).toMatchObject({ status: 401, json: { message: 'Valid JWT or signature required' } });
});

test('the legacy join names no network and fails', async () => {
  const payload = { address: node.address, gpu_name: 'x', gpu_vram: 1, version: '3.5.0', model_ids: [MODEL] };
  expect(await node.post(`/v1/node/${node.address}/join`, payload)).toMatchObject(failed('blockchain not found'));
});

test('an unknown node counts as one that has quit', async () => {
  const { json } = await harness.send({ method: 'GET', url: `/v1/node/${node.address}` });
  expect(json).toMatchObject({ data: { address: node.address, status: 0, gpu_name: '', model_ids: [] } });
  expect(await info(node)).toMatchObject({ status: 'Quit', gpuVramGib: 0 });
  expect(await node.currentTask()).toBe(NO_TASK);
  expect(await act(node, 'quit')).toMatchObject(refused('address', 'Node not found'));
});

test('quit, pause and resume while idle', async () => {
  await node.join();
  expect(await act(node, 'resume')).toMatchObject(refused('address', 'Illegal node status'));
  expect(await act(node, 'pause')).toMatchObject({ status: 200 });
  expect(await status()).toBe('Paused');
  expect(await act(node, 'pause')).toMatchObject(refused('address', 'Illegal node status'));
  expect(await act(node, 'resume')).toMatchObject({ status: 200 });
  expect(await act(node, 'quit')).toMatchObject({ status: 200 });
  expect(await info(node)).toMatchObject({ status: 'Quit', modelIds: [], operatorStakingWei: 0n });
  expect(await act(node, 'quit')).toMatchObject({ status: 200 });
  expect(await node.join()).toMatchObject({ status: 200 });
});

test('a busy node pauses after its task, and cannot quit in the meantime', async () => {
  const task = await busy();
  expect(await act(node, 'pause')).toMatchObject({ status: 200 });
  expect(await status()).toBe('PendingPause');
  expect(await act(node, 'quit')).toMatchObject(refused('address', 'Illegal node status'));
  await finish(task);
  expect(await status()).toBe('Paused');
});

test('a busy node quits after its task', async () => {
  const task = await busy();
  expect(await act(node, 'quit')).toMatchObject({ status: 200 });
  expect(await status()).toBe('PendingQuit');
  expect(await act(node, 'quit')).toMatchObject({ status: 200 });
  await finish(task);
  expect(await status()).toBe('Quit');
  expect(harness.relay.balanceWei(node.address)).toBe(FEE);
});

async function finish(task: Awaited<ReturnType<Actor['createTask']>>) {
  const { files, score } = llmResult('done');
  await node.score(task.commitment, score);
  await harness.actor('app').validate([task]);
  expect(await node.upload(task.commitment, files)).toMatchObject({ status: 200 });
}

test('quit waits for the chain if that is required', async () => {
  const strict = createHarness({ config: { unstakeBeforeQuit: true } });
  await strict.actor('n1').join();
  expect(await act(strict.actor('n1'), 'quit')).toMatchObject(refused('staking_status', 'Staking status is staked'));
  await strict.relay.close();
});

test('capabilities replace hardware and models, and models can be added one by one', async () => {
  const set = (fields: object) => node.post(`/v2/node/${node.address}/capabilities`, { address: node.address, ...fields });
  const fields = { gpu_name: '2x  NVIDIA\tA100+Linux', gpu_vram: 160, version: '3.6.0', model_ids: [] };
  expect(await set(fields)).toMatchObject(refused('address', 'Node not found'));
  await node.join();
  expect(await set({ ...fields, model_ids: null })).toMatchObject(refused('model_ids', 'required'));
  expect(await set(fields)).toMatchObject({ status: 200 });
  expect(await info(node)).toMatchObject({ gpuName: '2x NVIDIA A100+Linux', gpuVramGib: 160, version: '3.6.0', modelIds: [] });
  const add = () => node.post(`/v1/node/${node.address}/model`, { address: node.address, model_id: 'base:Some/Model+FP16' });
  expect(await add()).toMatchObject({ status: 200 });
  expect(await add()).toMatchObject({ status: 200 });
  expect((await info(node)).modelIds).toEqual(['base:some/model+fp16']);
  const version = await node.post(`/v1/node/${node.address}/version`, { address: node.address, version: '4' });
  expect(version).toMatchObject(refused('version', 'Invalid node version'));
  await act(node, 'quit');
  expect(await set(fields)).toMatchObject(refused('address', 'Illegal node status'));
  expect(await add()).toMatchObject(refused('address', 'Illegal node status'));
});

test('earnings and quality are shown on the status page', async () => {
  await finish(await busy());
  const { totalOperatorEarningsWei, todayOperatorEarningsWei, relayBalanceWei } = await info(node);
  expect([totalOperatorEarningsWei, todayOperatorEarningsWei, relayBalanceWei]).toEqual([FEE, FEE, FEE]);
  const tracing = await node.get(`/v2/node/${node.address}/qos/tracing`, { address: node.address });
  expect(tracing).toMatchObject({
    json: {
      data: {
        node_address: node.address,
        max_task_events: 50,
        // Nothing has changed: a new node has full health.
        events: [],
      },
    },
  });
  await harness.clock.tick(86_400_000);
  expect(await info(node)).toMatchObject({ totalOperatorEarningsWei: FEE, todayOperatorEarningsWei: 0n });
});
