import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Actor, createHarness, FEE, type Harness, llmResult } from './testing/harness.ts';

let harness: Harness;
let app: Actor;
let node: Actor;
beforeEach(() => {
  const times = { queue: 100, executionMin: 10, executionMax: 20, validation: 30, resultUpload: 40 };
  harness = createHarness({ config: { times } });
  app = harness.actor('app');
  node = harness.actor('n1');
});
afterEach(() => harness.relay.close());

const { score } = llmResult('x');

/** Asserts that nothing happens a millisecond early, and that the task is aborted exactly on time. */
async function expectAbort(commitment: string, seconds: number, reason: string) {
  const before = harness.relay.task(commitment)?.status;
  await harness.clock.tick(seconds * 1000 - 1);
  harness.relay.runRound();
  expect(harness.relay.task(commitment)?.status).toBe(before);
  await harness.clock.tick(1);
  harness.relay.runRound();
  expect(harness.relay.task(commitment)).toMatchObject({ status: 'EndAborted', abortReason: reason });
  expect(harness.relay.totals().escrowWei).toBe(0n);
}

async function started() {
  await node.join();
  const task = await app.createTask();
  harness.relay.runRound();
  return task;
}

const nodeRow = () => harness.relay.node(node.address);
const balances = () => [harness.relay.balanceWei(app.address), harness.relay.balanceWei(node.address)];
const REFUNDED = [100n * FEE, 0n];
const PAID = [99n * FEE, FEE];

test('a task that finds no node ends with its queue time', async () => {
  const task = await app.createTask();
  await expectAbort(task.commitment, 100, 'Timeout');
  expect(balances()).toEqual(REFUNDED);
});

test('a silent node loses health, and the application pays nothing', async () => {
  const task = await started();
  await expectAbort(task.commitment, 20, 'Timeout');
  expect(balances()).toEqual(REFUNDED);
  expect(nodeRow()).toMatchObject({ status: 'Available', currentTask: null, qos: { health: { value: 0.95 } } });
});

test.each(['score', 'error'] as const)('an application that never validates a %s pays the node', async (kind) => {
  const task = await started();
  if (kind === 'score') await node.score(task.commitment, score);
  else await node.reportError(task.commitment);
  await expectAbort(task.commitment, 30, 'CreatorValidationTimeout');
  expect(balances()).toEqual(PAID);
  expect(nodeRow()).toMatchObject({ status: 'Available', qos: { health: { value: 1 } } });
});

test('a node that never uploads is not paid', async () => {
  const task = await started();
  await node.score(task.commitment, score);
  await app.validate([task]);
  await expectAbort(task.commitment, 40, 'ResultUploadTimeout');
  expect(balances()).toEqual(REFUNDED);
  expect(nodeRow()).toMatchObject({ status: 'Available', qos: { health: { value: 0.95 } } });
});

test('a fine-tune task has its own timeout in every phase', async () => {
  await node.join();
  const args = { model: { name: 'a/b' }, dataset: { name: 'c/d' }, validation: {}, train_args: {} };
  const overrides = { task_type: 2, task_args: JSON.stringify(args), timeout: 500 };
  const task = await app.createTask({ overrides });
  expect(task.answer.status).toBe(200);
  harness.relay.runRound();
  await harness.clock.tick(200_000);
  await node.score(task.commitment, `0x${'01'.repeat(8)}`);
  await expectAbort(task.commitment, 300, 'Timeout');
  expect(balances()).toEqual(REFUNDED);
  // It scored in time, so its health is unchanged.
  expect(nodeRow()?.qos.health?.value).toBe(1);
});

test('repeated timeouts exclude a node until its health has recovered', async () => {
  const task = await started();
  await expectAbort(task.commitment, 20, 'Timeout');
  for (let i = 0; i < 2; i++) {
    const { commitment } = await app.createTask();
    harness.relay.runRound();
    await expectAbort(commitment, 20, 'Timeout');
  }
  expect(nodeRow()?.qos.excluded).toBe(true);
  const { commitment } = await app.createTask();
  harness.relay.runRound();
  expect(harness.relay.task(commitment)?.status).toBe('Queued');
  await harness.clock.tick(3_600_000);
  const later = await app.createTask();
  harness.relay.runRound();
  expect(harness.relay.task(later.commitment)?.status).toBe('Started');
});

test('a late score is refused', async () => {
  const task = await started();
  await expectAbort(task.commitment, 20, 'Timeout');
  expect(await node.score(task.commitment, score)).toMatchObject({ status: 400 });
  expect(await app.validate([task])).toMatchObject({ status: 500, json: { message: 'illegal task state' } });
});

test('background rounds run on the clock', async () => {
  await harness.relay.listen();
  const task = await app.createTask();
  await harness.clock.tick(101_000);
  expect(harness.relay.task(task.commitment)?.abortReason).toBe('Timeout');
});
