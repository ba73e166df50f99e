/** What closed tasks leave behind stays within the host's limits, whatever the network sends. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type PruneScope, type Retention, retentionSchema } from '../../contract/retention.ts';
import type { CaseFile } from '../../contract/trust.ts';
import type { Hex } from '../../protocol/hex.ts';
import { ManualClock } from '../../protocol/ports.ts';
import type { TaskStatus } from '../../protocol/tasks/status.ts';
import { caseFile } from '../testing/case-file.ts';
import { QUIET_LOG, START_MS } from '../testing/loop-rig.ts';
import { commitmentOf, remoteTask } from '../testing/remote-task.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { Housekeeper, type HousekeeperOptions } from './housekeeper.ts';
import { openStore, STORE_FILE } from './store.ts';

const DAY_MS = 86_400_000;
const TASK: NonNullable<CaseFile['task']> = {
  ...{ type: 'Llm', modelIds: [], taskArgs: '{}', feeWei: '1', timeoutSeconds: 60, status: 'EndInvalidated' },
  ...{ lastStatus: null, abortReason: 'None', taskError: 'None', startTimeMs: null, deadlineMs: null },
};
const SCORE: Hex = '0x1234567890abcdef';

function rig(retention: Partial<Retention> = {}, given: Pick<HousekeeperOptions, 'bulkBytes' | 'caseBytes' | 'filesBelow'> = {}) {
  const dataDir = tempDir();
  const resultsDir = join(dataDir, 'results');
  const clock = new ManualClock(START_MS);
  const store = openStore(dataDir, clock.now());
  onTestFinished(() => store.close());
  const parsed = retentionSchema.parse(retention);
  const keeper = new Housekeeper({ store, resultsDir, retention: parsed, clock, log: QUIET_LOG, ...given });
  /** A task that ran and was closed, with a result of this size. */
  const closed = (n: number, { taskArgs = '{}', bytes = 10, status = 'EndSuccess' as TaskStatus } = {}): Hex => {
    const commitment = commitmentOf(n);
    store.tasks.observe(remoteTask({ commitment, startTimeMs: clock.now(), taskArgs, status }), clock.now());
    store.executions.begin(commitment, 'life', clock.now());
    mkdirSync(join(resultsDir, commitment, '1'), { recursive: true });
    const path = join(commitment, '1', '0.json');
    writeFileSync(join(resultsDir, path), Buffer.alloc(bytes));
    const artifacts = [{ kind: 'file', position: 0, path, sha256: '0'.repeat(64), size: bytes }] as const;
    store.recordResult({ commitment, score: SCORE, artifacts, nowMs: clock.now() });
    store.tasks.close(commitment, status, clock.now());
    return commitment;
  };
  const sweep = async (scope?: PruneScope) => {
    let isDone = false;
    const work = keeper.sweep(new AbortController().signal, scope).finally(() => {
      isDone = true;
    });
    while (!isDone) {
      await clock.tick(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await work;
  };
  const has = (commitment: Hex) => existsSync(join(resultsDir, commitment, '1', '0.json'));
  const argsOf = (commitment: Hex) => store.tasks.get(commitment).taskArgs;
  return { dataDir, clock, store, keeper, closed, sweep, has, argsOf };
}

it('keeps a result and its arguments for the days that the host wants, the score and the task for good', async () => {
  const { clock, store, closed, sweep, has, argsOf } = rig({ days: 3 });
  const task = closed(1, { taskArgs: '{"prompt":"a"}' });
  await clock.suspend(3 * DAY_MS - 60_000, { monotonicContinues: true });
  await sweep();
  expect([has(task), argsOf(task)]).toEqual([true, '{"prompt":"a"}']);
  await clock.suspend(120_000, { monotonicContinues: true });
  const beganMs = clock.now();
  await sweep();
  expect([has(task), argsOf(task)]).toEqual([false, '']);
  const removed = store.removed.find(task);
  expect(removed).toMatchObject({ reason: 'age', policy: { days: 3, resultsGib: 2 } });
  expect(removed?.atMs).toBeGreaterThanOrEqual(beganMs);
  expect(store.ledger.find(task)?.score).toBe(SCORE);
  expect(store.local(task)).toEqual({ kind: 'closed' });
});

it('keeps the newest results within the size that the host wants', async () => {
  const { clock, store, closed, sweep, has } = rig({ resultsGib: 0.1 });
  const tasks: Hex[] = [];
  for (let n = 1; n <= 4; n++) {
    tasks.push(closed(n, { bytes: 40 * 1024 ** 2 }));
    await clock.tick(1_000);
  }
  await sweep();
  expect(tasks.map(has)).toEqual([false, false, true, true]);
  expect(tasks.map((task) => store.removed.find(task)?.reason)).toEqual(['size', 'size', undefined, undefined]);
});

it('reports what closed tasks left, and removes all of it on request, but nothing of open tasks and cases', async () => {
  const { clock, store, keeper, closed, sweep, has, argsOf } = rig();
  const firstMs = clock.now();
  const tasks = [closed(1, { bytes: 30 }), closed(2, { bytes: 20 })];
  const invalidated = closed(3, { status: 'EndInvalidated' });
  const open = commitmentOf(4);
  store.tasks.observe(remoteTask({ commitment: open, startTimeMs: clock.now(), taskArgs: '{"open":1}' }), clock.now());
  await clock.tick(1_000);
  await sweep();
  expect((await keeper.storage()).removable).toEqual({ tasks: 2, bytes: 50, oldestMs: firstMs });
  await sweep('allClosed');
  expect((await keeper.storage()).removable).toEqual({ tasks: 0, bytes: 0, oldestMs: null });
  expect([...tasks.map(has), ...tasks.map(argsOf)]).toEqual([false, false, '', '']);
  expect(tasks.map((task) => store.removed.find(task)?.reason)).toEqual(['asked', 'asked']);
  expect(tasks.map((task) => store.ledger.find(task)?.score)).toEqual([SCORE, SCORE]);
  expect([has(invalidated), argsOf(invalidated), argsOf(open)]).toEqual([true, '{}', '{"open":1}']);
});

it('two clients remove at the same time: what the other one has removed is passed over', async () => {
  const { dataDir, clock, store, closed, sweep, has } = rig();
  const [first, second, third] = [closed(1), closed(2), closed(3)];
  await clock.tick(1_000);
  const record = store.removed.record.bind(store.removed);
  const told: Hex[] = [];
  store.removed.record = (commitment, removal) => {
    record(commitment, removal);
    told.push(commitment);
    // The other client's removal is one result ahead.
    rmSync(join(dataDir, 'results', second), { recursive: true, force: true });
  };
  await sweep('allClosed');
  expect([first, second, third].filter(has)).toEqual([]);
  expect(told.sort()).toEqual([first, third]);
});

it('other work is done between a few results and the next, however many there are', async () => {
  const { dataDir, store, keeper } = rig();
  for (let n = 1; n <= 250; n++) mkdirSync(join(dataDir, 'results', commitmentOf(n)), { recursive: true });
  let [sinceTurn, most, isDone] = [0, 0, false];
  const asked = store.bulk.disposableSince.bind(store.bulk);
  store.bulk.disposableSince = (commitment) => {
    sinceTurn += 1;
    most = Math.max(most, sinceTurn);
    return asked(commitment);
  };
  const turn = () => {
    sinceTurn = 0;
    if (!isDone) setImmediate(turn);
  };
  turn();
  await keeper.storage();
  expect(most).toBe(8);
  await keeper.sweep(new AbortController().signal, 'allClosed');
  isDone = true;
  expect(most).toBe(100);
});

it('each result is measured once, and only a few at a time', async () => {
  const measured: string[] = [];
  let [running, most] = [0, 0];
  const filesBelow = async (folder: string) => {
    measured.push(folder);
    running += 1;
    most = Math.max(most, running);
    const entries = await readdir(join(folder, '1'));
    running -= 1;
    return entries.map((name) => join(folder, '1', name));
  };
  const { clock, keeper, closed } = rig({}, { filesBelow });
  for (let n = 1; n <= 40; n++) closed(n, { bytes: n });
  await clock.tick(1_000);
  closed(41, { bytes: 1_000, status: 'EndInvalidated' });
  const { resultsBytes, removable } = await keeper.storage();
  expect([resultsBytes, removable]).toEqual([820 + 1_000, { tasks: 40, bytes: 820, oldestMs: START_MS }]);
  expect(measured).toHaveLength(41);
  expect(new Set(measured).size).toBe(41);
  expect(most).toBeLessThanOrEqual(8);
  expect(await keeper.resultsBytes()).toBe(1_820);
});

it('the size of the results, which metrics ask for, needs no database and includes files beside the folders', async () => {
  const { dataDir, store, keeper, closed } = rig();
  for (let n = 1; n <= 3; n++) closed(n, { bytes: n });
  writeFileSync(join(dataDir, 'results', 'left-behind.tmp'), Buffer.alloc(100));
  expect(await keeper.storage()).toMatchObject({ resultsBytes: 106, removable: { tasks: 3, bytes: 6 } });
  store.bulk.disposableSince = () => {
    throw new Error('the disk is broken');
  };
  expect(await keeper.resultsBytes()).toBe(106);
});

it('open tasks, and those that may become a case, keep everything indefinitely', async () => {
  const { clock, store, closed, sweep, has, argsOf } = rig({ days: 1 });
  const invalidated = closed(1, { status: 'EndInvalidated' });
  const timedOut = (['Timeout', 'ResultUploadTimeout'] as const).map((abortReason, at) => {
    const commitment = closed(10 + at, { status: 'EndAborted' });
    store.tasks.observe(remoteTask({ commitment, startTimeMs: clock.now(), status: 'EndAborted', abortReason }), clock.now());
    return commitment;
  });
  const aborted = closed(12, { status: 'EndAborted' });
  const withCase = closed(13, { status: 'EndInvalidated' });
  store.cases.save(caseFile(withCase, { kind: 'slashed', commitment: withCase, complete: true }));
  const open = commitmentOf(2);
  store.tasks.observe(remoteTask({ commitment: open, startTimeMs: clock.now(), taskArgs: '{"open":1}' }), clock.now());
  // Its end was seen while the engine still works on it.
  const running = commitmentOf(3);
  store.tasks.observe(remoteTask({ commitment: running, taskArgs: '{"runs":1}', status: 'EndAborted' }), clock.now());
  store.executions.begin(running, 'life', clock.now());
  store.tasks.close(running, 'EndAborted', clock.now());
  await clock.suspend(400 * DAY_MS, { monotonicContinues: true });
  await sweep();
  await sweep('allClosed');
  expect([has(invalidated), argsOf(invalidated), argsOf(open), argsOf(running)]).toEqual([
    true,
    '{}',
    '{"open":1}',
    '{"runs":1}',
  ]);
  expect([timedOut.map(has), timedOut.map(argsOf)]).toEqual([
    [true, true],
    ['{}', '{}'],
  ]);
  expect([has(aborted), argsOf(aborted)]).toEqual([false, '']);
  // A complete case has a copy of the arguments, but not of the files.
  expect([has(withCase), argsOf(withCase)]).toEqual([true, '']);
  expect([invalidated, ...timedOut, running].map((task) => store.removed.find(task))).toEqual([null, null, null, null]);
});

it('a network that opens task after task, or causes case after case, does not fill the disk', async () => {
  const MIB = 1024 ** 2;
  const { clock, store, sweep, argsOf } = rig({}, { bulkBytes: 8 * MIB, caseBytes: 8 * MIB });
  const taskArgs = `{"prompt":"${'x'.repeat(MIB)}"}`;
  const observe = (n: number) =>
    store.tasks.observe(remoteTask({ commitment: commitmentOf(n), startTimeMs: clock.now(), taskArgs }), clock.now());
  observe(1);
  store.executions.begin(commitmentOf(1), 'life', clock.now());
  for (let n = 2; n <= 30; n++) observe(n);
  for (let n = 31; n <= 60; n++)
    store.cases.save(caseFile(commitmentOf(n), { task: { ...TASK, taskArgs }, complete: n % 2 === 0 }));
  await sweep();
  const kept = Array.from({ length: 30 }, (_, n) => argsOf(commitmentOf(n + 1)) !== '');
  // The running one and the newest one.
  expect([kept[0], kept[1], kept[29]]).toEqual([true, false, true]);
  const { argsBytes, cases, caseBytes } = store.bulk.sizes();
  expect(argsBytes).toBeLessThan(10 * MIB);
  expect(cases).toBe(30);
  expect(caseBytes).toBeLessThan(10 * MIB);
  // Every case still exists, and anyone who has the removed part can prove that it is genuine.
  const cut = store.cases.find(commitmentOf(31))?.task?.taskArgs ?? '';
  expect(JSON.parse(cut)).toEqual({
    removed: `sha256:${createHash('sha256').update(taskArgs).digest('hex')}`,
    bytes: taskArgs.length,
  });
  expect(store.cases.find(commitmentOf(60))?.task?.taskArgs).toBe(taskArgs);
  // What the network sends again is stored again.
  observe(2);
  expect(argsOf(commitmentOf(2))).toBe(taskArgs);
});

it('a network that repeatedly sends large arguments and failures does not fill the disk', async () => {
  const { dataDir, clock, store, closed, sweep } = rig({}, { bulkBytes: 16 * 1024 ** 2 });
  const sizes: number[] = [];
  const taskArgs = `{"prompt":"${'x'.repeat(2 * 1024 ** 2)}"}`;
  for (let n = 1; n <= 40; n++) {
    const commitment = closed(n, { taskArgs });
    const failure = { errorType: 'X', message: '', stackTrace: '', gpuCount: 1, gpuModel: '', gpuVramMib: 1, executorMode: '' };
    store.diagnostics.add({ commitment, taskArgs, ...failure, capturedAtMs: clock.now() });
    await clock.tick(1_000);
    if (n % 4 === 0) await sweep();
    sizes.push(statSync(join(dataDir, STORE_FILE)).size);
  }
  // 160 MiB were sent; new data reuses the space of removed data.
  expect(Math.max(...sizes)).toBeLessThan(80 * 1024 ** 2);
  expect(sizes.at(-1)).toBeLessThanOrEqual((sizes[19] ?? 0) + 8 * 1024 ** 2);
});
