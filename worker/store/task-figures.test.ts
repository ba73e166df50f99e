import { expect, it, onTestFinished } from 'vitest';
import type { Hex } from '../../protocol/hex.ts';
import { START_MS } from '../testing/loop-rig.ts';
import { commitmentOf, remoteTask, SCORE } from '../testing/remote-task.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { openStore, type Store } from './store.ts';
import { TaskFigures } from './task-figures.ts';

function opened(): { store: Store; figures: TaskFigures } {
  const store = openStore(tempDir(), START_MS);
  onTestFinished(() => store.close());
  return { store, figures: new TaskFigures(store.db) };
}

function start(store: Store, commitment: Hex): void {
  store.tasks.observe(remoteTask({ commitment, startTimeMs: START_MS }), START_MS + 500);
}

/** Started after 1 s, executed in 3 s, received by the network 0.2 s later, validated at 6 s, uploaded at 6.5 s. */
function finish(store: Store, commitment: Hex): void {
  store.executions.begin(commitment, 'L1', START_MS + 1_000);
  store.recordResult({ commitment, score: SCORE, artifacts: [], nowMs: START_MS + 4_000 });
  const facts = { scoreReadyTimeMs: START_MS + 4_200, validatedTimeMs: START_MS + 6_000, resultUploadedTimeMs: START_MS + 6_600 };
  store.tasks.observe(remoteTask({ commitment, startTimeMs: START_MS, status: 'EndSuccess', score: SCORE, ...facts }), START_MS);
  store.tasks.markUploaded(commitment, START_MS + 6_500);
  store.tasks.close(commitment, 'EndSuccess', START_MS + 7_000);
}

it('counts each task once, after its end, with the time of each phase', async () => {
  const { store, figures } = opened();
  const [done, open] = [commitmentOf(1), commitmentOf(2)];
  start(store, done);
  start(store, open);
  finish(store, done);
  const first = await figures.read();
  expect(first).toMatchObject({
    ends: [{ end: 'EndSuccess', count: 1 }],
    openTasks: 1,
    lastTaskMs: START_MS + 500,
    scoreSeconds: [{ sum: 4.2, count: 1 }],
  });
  const sums = Object.fromEntries(first.phaseSeconds.map(({ phase, sum }) => [phase, sum]));
  expect(sums).toEqual({ begin: 1, execute: 3, submit: 0.2, validate: 1.8, upload: 0.5 });
  // Two concurrent callers get the same result, and neither makes anything count twice.
  finish(store, open);
  const [second, third] = await Promise.all([figures.read(), figures.read()]);
  expect(second).toMatchObject({ ends: [{ count: 2 }], openTasks: 0, scoreSeconds: [{ sum: 8.4, count: 2 }] });
  expect(third).toEqual(second);
  expect(await new TaskFigures(store.db).read()).toEqual(second);
});

it('never decreases: a task whose end was reverted stays counted', async () => {
  const { store, figures } = opened();
  start(store, commitmentOf(1));
  finish(store, commitmentOf(1));
  await figures.read();
  store.tasks.reopen(commitmentOf(1));
  store.tasks.close(commitmentOf(1), 'EndSuccess', START_MS + 9_000);
  expect(await figures.read()).toMatchObject({ ends: [{ count: 1 }] });
});

it('reads more tasks than fit in one step', async () => {
  const { store, figures } = opened();
  const tasks = Array.from({ length: 150 }, (_, index) => commitmentOf(index + 1));
  for (const task of tasks) start(store, task);
  for (const task of tasks.slice(0, 140)) store.tasks.close(task, 'EndAborted', START_MS + 1_000);
  const { ends, openTasks } = await figures.read();
  expect(ends.map(({ count }) => count)).toEqual([140]);
  expect(openTasks).toBe(10);
});
