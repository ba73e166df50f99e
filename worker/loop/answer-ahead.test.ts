/**
 * If the engine's pace is known, the network is read shortly before the engine answers, and the answer is acted on at
 * once.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Hex } from '../../protocol/hex.ts';
import type { EngineOutcome } from '../engines/engine.ts';
import type { KillPoint } from '../kit/points.ts';
import { loopRig } from '../testing/loop-rig.ts';
import { commitmentOf, remoteTask } from '../testing/remote-task.ts';

const TAKES_MS = 3_000;
/** When the read is due: half a second before the answer. */
const READ_MS = TAKES_MS - 500;

/** The driver runs, and has seen two tasks that took {@link TAKES_MS}; the third is with the engine. */
async function third(holds: Partial<Record<KillPoint, Promise<void>>> = {}) {
  let isThird = false;
  const rig = await loopRig({ killPoint: async (point) => (isThird ? holds[point] : undefined) });
  const { clock, network, engine, driver, context } = rig;
  let answer = (_outcome: EngineOutcome): void => {};
  engine.answer = (job) =>
    new Promise((resolve) => {
      answer = (outcome) => {
        writeFileSync(join(job.outputDir, '0.json'), job.commitment);
        resolve(outcome);
      };
    });
  const ended = new AbortController();
  const run = driver.run(ended.signal);
  onTestFinished(async () => {
    ended.abort();
    answer({ kind: 'success' });
    await run;
    await driver.untilIdle();
  });
  const begin = async (task: Hex) => {
    const count = engine.jobs.length + 1;
    network.start(remoteTask({ commitment: task, startTimeMs: clock.now() }));
    driver.wake(task);
    await engine.hasJobs(count);
    network.calls.length = 0;
  };
  for (const n of [1, 2]) {
    await begin(commitmentOf(n));
    await clock.tick(TAKES_MS);
    answer({ kind: 'success' });
    await expect.poll(() => network.submitted.length).toBe(n);
    await driver.untilIdle();
    network.change(commitmentOf(n), { status: 'EndGroupRefund' });
    driver.wake(commitmentOf(n));
    await expect.poll(() => driver.open).toEqual([]);
  }
  isThird = true;
  const task = commitmentOf(3);
  await begin(task);
  const calls = () => network.calls.map(({ method }) => method);
  const has = (...expected: string[]) => expect.poll(calls).toEqual(expected);
  const respond = (outcome: EngineOutcome = { kind: 'success' }) => answer(outcome);
  const stop = () => {
    ended.abort();
    return run;
  };
  return { ...rig, task, calls, has, respond, stop, store: context.store };
}

it('law 1: the score is sent based on the read before the answer', async () => {
  const { clock, calls, has, respond, driver } = await third();
  await clock.tick(READ_MS - 1);
  expect(calls()).toEqual([]);
  await clock.tick(1);
  await has('task');
  await clock.tick(400);
  respond();
  await has('task', 'submitScore');
  await driver.untilIdle();
  await clock.tick(0);
  expect(calls()).toEqual(['task', 'submitScore']);
});

it('law 1: an answer during that read is acted on with it', async () => {
  const rig = await third();
  const { clock, network, has, respond } = rig;
  const arrived = Promise.withResolvers<void>();
  const read = network.task.bind(network);
  network.task = async (commitment) => {
    const remote = await read(commitment);
    await arrived.promise;
    return remote;
  };
  await clock.tick(READ_MS);
  await has('task');
  respond();
  await expect.poll(() => rig.store.ledger.find(rig.task)).not.toBeNull();
  arrived.resolve();
  await has('task', 'submitScore');
});

it('law 1: an answer more than a second after that read is acted on after a new read', async () => {
  const { clock, has, respond } = await third();
  await clock.tick(READ_MS);
  await has('task');
  await clock.tick(1_000);
  respond();
  await has('task', 'task', 'submitScore');
});

it('law 1: what happens to the task while the answer is awaited is read first', async () => {
  const { clock, network, driver, task, has, respond } = await third();
  await clock.tick(READ_MS);
  await has('task');
  network.change(task, { status: 'EndAborted', abortReason: 'Timeout' });
  driver.wake(task);
  await has('task', 'task');
  respond();
  await driver.untilIdle();
  await expect.poll(() => driver.open).toEqual([]);
  expect(network.submitted).toHaveLength(2);
});

it('law 1: the same holds for what happens during that read', async () => {
  const { clock, network, driver, task, has } = await third();
  const arrived = Promise.withResolvers<void>();
  const read = network.task.bind(network);
  network.task = async (commitment) => {
    const remote = await read(commitment);
    await arrived.promise;
    return remote;
  };
  await clock.tick(READ_MS);
  await has('task');
  driver.wake(task);
  arrived.resolve();
  await clock.tick(0);
  await has('task', 'task');
});

it('law 4: although the network has already been read, the score still waits for the disk', async () => {
  const sealed = Promise.withResolvers<void>();
  const { clock, has, calls, respond, store, task, network } = await third({ 'result.sealed': sealed.promise });
  await clock.tick(READ_MS);
  await has('task');
  respond();
  await clock.tick(400);
  expect(calls()).toEqual(['task']);
  expect(store.ledger.find(task)).toBeNull();
  sealed.resolve();
  await has('task', 'submitScore');
  expect(network.submitted.at(-1)).toEqual({ commitment: task, score: store.ledger.find(task)?.score });
});

it('law 2: an invalid task is reported with that read, a failed one stays silent', async () => {
  const invalid = await third();
  await invalid.clock.tick(READ_MS);
  await invalid.has('task');
  invalid.respond({ kind: 'invalid', traceback: 'Task args invalid', gpuCount: 1 });
  await invalid.has('task', 'reportError');

  const failed = await third();
  await failed.clock.tick(READ_MS);
  await failed.has('task');
  failed.respond({ kind: 'failed', traceback: 'CUDA out of memory', gpuCount: 1 });
  await failed.driver.untilIdle();
  await failed.has('task', 'task');
  expect(failed.network.reported).toEqual([]);
});

it('another due task does not wait for the answer', async () => {
  const { clock, network, driver, has } = await third();
  await clock.tick(READ_MS);
  await has('task');
  const other = commitmentOf(4);
  network.tasks.set(other, remoteTask({ commitment: other, status: 'EndAborted' }));
  driver.wake(other);
  await has('task', 'task');
  await expect.poll(() => driver.open).toEqual([commitmentOf(3)]);
});

it('an act depends on that read, so it does not wait for free requests', async () => {
  const { clock, budget, has, respond } = await third();
  while (budget.hasRoom) budget.spend();
  await clock.tick(READ_MS);
  await has('task');
  respond();
  await has('task', 'submitScore');
});

it('a read that fails shortly before the answer is repeated after it', async () => {
  const { clock, network, has, respond } = await third();
  network.fate = (method) => (method === 'task' ? 'lostRequest' : 'ok');
  await clock.tick(READ_MS);
  await has('task');
  network.fate = () => 'ok';
  respond();
  await has('task', 'task', 'submitScore');
});

it('the same holds for an answer during that read: the repeated read does not wait for free requests', async () => {
  const { clock, network, budget, driver, store, task, has, respond } = await third();
  const failed = Promise.withResolvers<void>();
  const read = network.task.bind(network);
  network.task = async () => {
    await failed.promise;
    network.task = read;
    throw new Error('the network does not answer');
  };
  await clock.tick(READ_MS);
  respond();
  await driver.untilIdle();
  expect(store.ledger.find(task)).not.toBeNull();
  while (budget.hasRoom) budget.spend();
  failed.resolve();
  await expect.poll(() => network.task).toBe(read);
  await clock.tick(1_500);
  await has('task', 'submitScore');
});

it('a node that stops does not wait for the answer', async () => {
  const { clock, has, stop, network } = await third();
  await clock.tick(READ_MS);
  await has('task');
  await stop();
  expect(network.submitted).toHaveLength(2);
});
