/**
 * From the engine's answer to the act: the network is read while the answer is written to disk, and no more often than
 * needed.
 */
import { expect, it, onTestFinished } from 'vitest';
import type { KillPoint } from '../kit/points.ts';
import { invalidArgs } from '../testing/fake-engine.ts';
import { loopRig, type RigOptions, START_MS } from '../testing/loop-rig.ts';
import { commitmentOf, remoteTask } from '../testing/remote-task.ts';

const TASK = commitmentOf(1);

/** The driver runs; `holds` are points at which it waits for the test. */
async function running(holds: Partial<Record<KillPoint, Promise<void>>>, options: RigOptions = {}) {
  const rig = await loopRig({ ...options, killPoint: async (point) => holds[point] });
  rig.network.start(remoteTask({ startTimeMs: START_MS }));
  const ended = new AbortController();
  rig.driver.wake(TASK);
  const run = rig.driver.run(ended.signal);
  onTestFinished(async () => {
    ended.abort();
    await run;
  });
  const calls = () => rig.network.calls.map(({ method }) => method).filter((method) => method !== 'eventsAfter');
  const has = (...expected: string[]) => expect.poll(calls).toEqual(expected);
  return { ...rig, calls, has };
}

it('law 4: the network is read while the result is written to disk, and the score is signed once the result is there', async () => {
  const sealed = Promise.withResolvers<void>();
  const { has, context, network, driver } = await running({ 'result.sealed': sealed.promise });
  await has('task', 'task');
  expect(context.store.ledger.find(TASK)).toBeNull();
  sealed.resolve();
  await has('task', 'task', 'submitScore');
  await driver.untilIdle();
  await has('task', 'task', 'submitScore');
  expect(network.submitted).toEqual([{ commitment: TASK, score: context.store.ledger.find(TASK)?.score }]);
});

it('law 1: a result that takes long to record is acted on after another read', async () => {
  const sealed = Promise.withResolvers<void>();
  const { has, clock, calls } = await running({ 'result.sealed': sealed.promise });
  await has('task', 'task');
  await clock.tick(1_000);
  sealed.resolve();
  await has('task', 'task', 'task', 'submitScore');
  expect(calls().filter((method) => method === 'submitScore')).toHaveLength(1);
});

it('a read that failed meanwhile is repeated as soon as the result is recorded', async () => {
  const sealed = Promise.withResolvers<void>();
  const rig = await running({ 'result.sealed': sealed.promise });
  rig.network.fate = (method) => (method === 'task' && rig.engine.jobs.length > 0 ? 'lostRequest' : 'ok');
  await rig.has('task', 'task');
  rig.network.fate = () => 'ok';
  sealed.resolve();
  await rig.has('task', 'task', 'task', 'submitScore');
});

it('law 2: a task that the engine found invalid is reported after one read', async () => {
  const { has, engine, driver } = await running({}, {});
  engine.answer = invalidArgs;
  await has('task', 'task', 'reportError');
  await driver.untilIdle();
  await has('task', 'task', 'reportError');
});

it('a failed read that an event requested does not wait for free requests in the next minute', async () => {
  const { has, clock, network, driver, budget } = await running({});
  await has('task', 'task', 'submitScore');
  while (budget.hasRoom) budget.spend();
  network.change(TASK, { status: 'Validated', validatedTimeMs: clock.now() });
  network.fate = (method) => (method === 'task' ? 'lostRequest' : 'ok');
  driver.wake(TASK);
  await has('task', 'task', 'submitScore', 'task');
  network.fate = () => 'ok';
  for (let i = 0; i < 4; i++) await clock.tick(500);
  await has('task', 'task', 'submitScore', 'task', 'task', 'uploadResult', 'task');
});

it('a task that an event names is read once before the engine has it', async () => {
  const { has, driver, network } = await running({}, {});
  await has('task', 'task', 'submitScore');
  const other = commitmentOf(2);
  network.start(remoteTask({ commitment: other, startTimeMs: START_MS }));
  driver.wake(other, { fromEvent: true });
  await has('task', 'task', 'submitScore', 'task', 'task', 'submitScore');
});

it.for([
  ['is read again', 100, 2],
  ['is not', 99, 1],
] as const)('law 1: if the driver gets to it late, what an event named %s', async ([, lateMs, reads]) => {
  const sent = Promise.withResolvers<void>();
  const { has, driver, network, clock } = await running({ 'upload.sent': sent.promise });
  await has('task', 'task', 'submitScore');
  const other = commitmentOf(2);
  const answered = Promise.withResolvers<void>();
  const asked: string[] = [];
  const answer = network.task.bind(network);
  network.task = async (commitment) => {
    asked.push(commitment);
    if (commitment === other) await answered.promise;
    return answer(commitment);
  };
  network.start(remoteTask({ commitment: other, startTimeMs: START_MS }));
  driver.wake(other, { fromEvent: true });
  await expect.poll(() => asked).toEqual([other]);
  network.change(TASK, { status: 'Validated', validatedTimeMs: clock.now() });
  driver.wake(TASK);
  await has('task', 'task', 'submitScore', 'task', 'uploadResult');
  answered.resolve();
  await expect.poll(() => network.callsOf('task').length).toBe(4);
  await clock.tick(lateMs);
  sent.resolve();
  await expect.poll(() => network.submitted.length).toBe(2);
  // One more while its own result is written to disk.
  expect(asked.filter((commitment) => commitment === other)).toHaveLength(reads + 1);
});
