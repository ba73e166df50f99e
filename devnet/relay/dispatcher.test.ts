import { afterEach, expect, test } from 'vitest';
import { createHarness, FEE, type Harness, type HarnessOptions, llmResult, MODEL } from './testing/harness.ts';

let harness: Harness;
afterEach(() => harness.relay.close());

function start(options: HarnessOptions = {}): Harness {
  harness = createHarness(options);
  return harness;
}

async function selectedAfter(overrides: object, nodes: Readonly<Record<string, object>>): Promise<string | null> {
  const { actor, relay } = start({ nodes: Object.keys(nodes) });
  for (const [name, fields] of Object.entries(nodes)) expect(await actor(name).join(fields)).toMatchObject({ status: 200 });
  const { commitment, answer } = await actor('app').createTask({ overrides });
  expect(answer.status).toBe(200);
  relay.runRound();
  const selected = relay.task(commitment)?.selectedNode ?? null;
  return Object.keys(nodes).find((name) => actor(name).address === selected) ?? null;
}

test.each([
  ['more VRAM than any node has', { min_vram: 48 }, { small: { gpu_vram: 24 } }, null],
  ['enough VRAM', { min_vram: 48 }, { small: { gpu_vram: 24 }, big: { gpu_vram: 48 } }, 'big'],
  ['a newer version', { task_version: '3.6.0' }, { old: { version: '3.5.9' }, new: { version: '3.6.0' } }, 'new'],
  ['another major version', { task_version: '2.0.0' }, { node: {} }, null],
  [
    'a certain GPU',
    { required_gpu: 'A100+Linux', required_gpu_vram: 80 },
    { other: {}, half: { gpu_name: 'A100+Linux', gpu_vram: 40 }, right: { gpu_name: 'A100+Linux', gpu_vram: 80 } },
    'right',
  ],
  ['no Mac, being a language task', {}, { mac: { gpu_name: 'Apple M2+Darwin' } }, null],
  ['a known platform, being a language task', {}, { odd: { gpu_name: 'GPU' } }, null],
  ['a model', { task_model_ids: ['base:a/b', MODEL] }, { without: {}, with: { model_ids: [MODEL, 'base:A/B'] } }, 'with'],
])('a task that needs %s', async (_, overrides, nodes: Readonly<Record<string, object>>, expected) => {
  expect(await selectedAfter(overrides, nodes)).toBe(expected);
});

test('better paid tasks go first, then older ones', async () => {
  const { actor, relay } = start();
  const tasks = [];
  for (const fee of [1n, 3n, 2n, 3n])
    tasks.push(await actor('app').createTask({ overrides: { task_fee: (fee * FEE).toString() } }));
  await actor('n1').join();
  const order: number[] = [];
  for (let round = 0; round < tasks.length; round++) {
    relay.runRound();
    const current = await actor('n1').currentTask();
    order.push(tasks.findIndex((task) => task.commitment === current));
    const { files, score } = llmResult('x');
    await actor('n1').score(current, score);
    await actor('app').validate(tasks.filter((task) => task.commitment === current));
    await actor('n1').upload(current, files);
  }
  expect(order).toEqual([1, 3, 2, 0]);
});

test('one node gets one task at a time', async () => {
  const { actor, relay } = start();
  await actor('n1').join();
  const tasks = [await actor('app').createTask(), await actor('app').createTask()];
  relay.runRound();
  relay.runRound();
  expect(tasks.map((task) => relay.task(task.commitment)?.status)).toEqual(['Started', 'Queued']);
});

test('the heavier stake is chosen more often', async () => {
  const heavy = { nodes: ['light', 'heavy'], seed: 'weights' };
  const { actor, relay } = start(heavy);
  relay.stake({ address: actor('heavy').address, wei: 10n * 400n * FEE, reason: 'more' });
  await actor('light').join();
  await actor('heavy').join({ staking: (11n * 400n * FEE).toString() });
  let chosen = 0;
  const rounds = 60;
  for (let round = 0; round < rounds; round++) {
    const { commitment } = await actor('app').createTask({ overrides: { task_fee: '0' } });
    relay.runRound();
    const selected = relay.task(commitment)?.selectedNode;
    const name = selected === actor('heavy').address ? 'heavy' : 'light';
    if (name === 'heavy') chosen++;
    await actor(name).reportError(commitment);
    await actor('app').post(`/v1/node/x`, {});
    // The overdue validation frees the node without another request.
    await harness.clock.tick(60_000);
    relay.runRound();
  }
  // S·Q/(S+Q) with S = sqrt(1/11) and 1, Q = 0.5: 0.188 against 0.333, so 64 % of 60.
  expect(chosen).toBeGreaterThan(30);
  expect(chosen).toBeLessThan(48);
});

test('the execution timeout is twice the estimate between its bounds; a change of model counts', async () => {
  const { actor, relay } = start({ config: { times: { executionMin: 1, executionMax: 1000 } } });
  await actor('n1').join();
  const timeouts: (number | undefined)[] = [];
  for (let i = 0; i < 2; i++) {
    const { commitment } = await actor('app').createTask();
    relay.runRound();
    timeouts.push(relay.task(commitment)?.timeoutSeconds);
    await actor('n1').reportError(commitment);
    await harness.clock.tick(60_000);
    relay.runRound();
  }
  // 30 s + 256 tokens × 0.1 s + some bytes, the first time 120 s more for loading the model.
  expect(timeouts).toEqual([352, 112]);
});

test('a missing base model is requested once, and the task runs when it is available', async () => {
  const { actor, relay, send, clock } = start();
  await actor('n1').join();
  const { commitment } = await actor('app').createTask({ overrides: { task_model_ids: ['base:new/model'] } });
  const downloads = async () => {
    const { json } = await send({ method: 'GET', url: '/v1/events?start=0' });
    const rows = (json as { data: { type: string; args: string }[] }).data;
    return rows.filter(({ type }) => type === 'DownloadModel').map((event) => JSON.parse(event.args));
  };
  relay.runRound();
  await clock.tick(5_000);
  relay.runRound();
  expect(await downloads()).toEqual([{ node_address: actor('n1').address, model_id: 'base:new/model', task_type: 1 }]);
  const { address } = actor('n1');
  await actor('n1').post(`/v1/node/${address}/model`, { address, model_id: 'base:new/model' });
  relay.runRound();
  expect(relay.task(commitment)?.selectedNode).toBe(address);
});
