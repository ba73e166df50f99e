/** From the engine's answer to the act: the network is read while the answer goes to disk, and no more often than needed. */
import { expect, it, onTestFinished } from 'vitest';
import type { Point } from '../kit/points.ts';
import { invalidArgs } from '../testing/fake-engine.ts';
import { loopRig, type RigOptions, START_MS } from '../testing/loop-rig.ts';
import { commitmentOf, remoteTask } from '../testing/remote-task.ts';

const TASK = commitmentOf(1);

/** The driver works by itself; `holds` are points that are passed only when the test says so. */
async function running(holds: Partial<Record<Point, Promise<void>>>, options: RigOptions = {}) {
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

it('law 4: the network is read while the result goes to disk, and the score is signed when it is there', async () => {
  const sealed = Promise.withResolvers<void>();
  const { has, context, network, driver } = await running({ 'result.sealed': sealed.promise });
  await has('task', 'task');
  expect(context.store.ledger.find(TASK)).toBeNull();
  sealed.resolve();
  await has('task', 'task', 'submitScore');
  await driver.settled();
  await has('task', 'task', 'submitScore');
  expect(network.submitted).toEqual([{ commitment: TASK, score: context.store.ledger.find(TASK)?.score }]);
});

it('law 1: a result that takes long to be recorded is acted on from another read', async () => {
  const sealed = Promise.withResolvers<void>();
  const { has, clock, calls } = await running({ 'result.sealed': sealed.promise });
  await has('task', 'task');
  await clock.tick(1_000);
  sealed.resolve();
  await has('task', 'task', 'task', 'submitScore');
  expect(calls().filter((method) => method === 'submitScore')).toHaveLength(1);
});

it('a read that failed meanwhile is made again as soon as the result is there', async () => {
  const sealed = Promise.withResolvers<void>();
  const rig = await running({ 'result.sealed': sealed.promise });
  rig.network.fate = (method) => (method === 'task' && rig.engine.jobs.length > 0 ? 'lostRequest' : 'ok');
  await rig.has('task', 'task');
  rig.network.fate = () => 'ok';
  sealed.resolve();
  await rig.has('task', 'task', 'task', 'submitScore');
});

it('law 2: what the engine found invalid is reported after one read', async () => {
  const { has, engine, driver } = await running({}, {});
  engine.answer = invalidArgs;
  await has('task', 'task', 'reportError');
  await driver.settled();
  await has('task', 'task', 'reportError');
});

it('a look that an event asked for and that failed does not wait until the requests of the minute are free again', async () => {
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
