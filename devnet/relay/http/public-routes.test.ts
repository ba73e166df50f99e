import { afterEach, beforeEach, expect, test } from 'vitest';
import { relayEventsSchema } from '../../../protocol/wire/event.ts';
import { type Actor, createHarness, type Harness, llmResult, STAKE } from '../testing/harness.ts';
import { refused } from '../testing/refusals.ts';

let harness: Harness;
let app: Actor;
let node: Actor;
beforeEach(() => {
  harness = createHarness();
  app = harness.actor('app');
  node = harness.actor('n1');
});
afterEach(() => harness.relay.close());

const data = async (url: string) => ((await harness.send({ method: 'GET', url })).json as { data: unknown }).data;
const events = async (query: string) => relayEventsSchema.parse(await data(`/v1/events?${query}`));

async function oneTask() {
  await node.join();
  const task = await app.createTask();
  harness.relay.runRound();
  const { files, score } = llmResult('x');
  await node.score(task.commitment, score);
  await app.validate([task]);
  await node.upload(task.commitment, files);
  return { task, score };
}

test('events report a task step by step, in ascending order', async () => {
  const { task, score } = await oneTask();
  const all = await events('start=0');
  expect(all.map((event) => event.type)).toEqual([
    'NodeJoin',
    'TaskStarted',
    'TaskScoreReady',
    'TaskValidated',
    'TaskEndSuccess',
  ]);
  expect(all.map((event) => event.id)).toEqual([1, 2, 3, 4, 5]);
  expect(all.slice(1).every((event) => event.nodeAddress === node.address && event.commitment === task.commitment)).toBe(true);
  expect(all[2]?.args).toBe(`{"task_id_commitment":"${task.commitment}","selected_node":"${node.address}","score":"${score}"}`);
});

test('events are filtered, start is exclusive, the limit applies', async () => {
  const { task } = await oneTask();
  const cancelled = await app.createTask();
  await app.post(`/v1/inference_tasks/${cancelled.commitment}/abort_reason`, {
    task_id_commitment: cancelled.commitment,
    abort_reason: 7,
  });
  expect((await events('start=2&limit=2')).map((event) => event.id)).toEqual([3, 4]);
  expect(await events(`start=0&node_address=${node.address}`)).toHaveLength(5);
  expect(await events(`start=0&task_id_commitment=${task.commitment}`)).toHaveLength(4);
  expect(await events(`start=0&node_address=${node.address.toLowerCase()}`)).toHaveLength(5);
  const aborted = (await events('start=0')).find(({ type }) => type === 'TaskEndAborted');
  // The row has the issuer of the abort, not a node.
  expect(aborted).toMatchObject({ nodeAddress: app.address, commitment: cancelled.commitment });
  expect(JSON.parse(aborted?.args ?? '')).toEqual({
    task_id_commitment: cancelled.commitment,
    abort_issuer: app.address,
    last_status: 0,
    abort_reason: 7,
  });
  expect(await data('/v1/events/current_id')).toBe(6);
  expect(await data(`/v1/events/current_id?node_address=${node.address}`)).toBe(5);
  expect(await data('/v1/events/current_id?node_address=nobody')).toBe(0);
});

test('stakes and numbers of the network', async () => {
  expect(await data(`/v1/staking/${node.address}`)).toBe('0');
  await node.join();
  expect(await data(`/v1/staking/${node.address}`)).toBe(STAKE.toString());
  await app.createTask();
  await app.createTask();
  harness.relay.runRound();
  expect(await data('/v1/network/nodes/number')).toEqual({ all_nodes: 1, busy_nodes: 1, active_nodes: 1 });
  expect(await data('/v1/network/tasks/number')).toEqual({ total_tasks: 2, running_tasks: 1, queued_tasks: 1 });
  expect(await data('/v1/stats/queue/count')).toBe(1);
});

test('workers are counted by version', async () => {
  const url = '/v1/worker/3.5.0';
  expect(await harness.send({ method: 'GET', url: `${url}/count` })).toMatchObject(
    refused('version', 'No worker of this version'),
  );
  await harness.send({ method: 'POST', url });
  await harness.send({ method: 'POST', url });
  await harness.send({ method: 'DELETE', url });
  expect(await data(`${url}/count`)).toEqual({ count: 1 });
});

test('a diagnostic report is accepted from the selected node, only once', async () => {
  await node.join();
  const task = await app.createTask();
  harness.relay.runRound();
  const report = {
    node_address: node.address,
    task_id_commitment: task.commitment,
    task_args: '{}',
    error_type: 'TaskExecutionError',
    message: 'Worker Task execution failed',
    stack_trace: 'File "<frozen importlib>", in <module>',
    gpu_count: 1,
    gpu_model: 'x',
    gpu_vram_mb: 24564,
    executor_mode: 'device_map',
  };
  const extra = { captured_at: Math.floor(harness.clock.now() / 1000) };
  const send = (actor: Actor, fields = {}, path: string = task.commitment) =>
    actor.post(`/v2/tasks/${path}/node_error`, { ...report, ...fields }, extra);
  expect(await send(node, {}, `0x${'00'.repeat(32)}`)).toMatchObject(
    refused('task_id_commitment', 'Path and signed body do not match'),
  );
  expect(await send(app)).toMatchObject(refused('signature', 'Signer not allowed'));
  expect(await send(app, { node_address: app.address })).toMatchObject(refused('signature', 'Signer not allowed'));
  expect(await send(node, { stack_trace: '' })).toMatchObject(refused('stack_trace', 'required'));
  const unknown = `0x${'00'.repeat(32)}`;
  expect(await send(node, { task_id_commitment: unknown }, unknown)).toMatchObject({
    status: 404,
    json: { message: 'Not found' },
  });
  expect(await send(node)).toMatchObject({ status: 200 });
  expect(await send(node, { message: 'again' })).toMatchObject({ status: 200 });
});
