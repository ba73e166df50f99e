import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isContractProcedure } from '@orpc/contract';
import { isProcedure } from '@orpc/server';
import { describe, expect, it } from 'vitest';
import type { ModelsUpdate } from '../../contract/models.ts';
import { nodeContract } from '../../contract/node-contract.ts';
import { errorOf } from '../../contract/rpc-errors.ts';
import { Ledger } from '../money/ledger/ledger.ts';
import { payment } from '../money/testing/ledger.ts';
import { STORE_FILE } from '../store/store.ts';
import { caseFile } from '../testing/case-file.ts';
import { START_MS } from '../testing/loop-rig.ts';
import { commitmentOf, remoteTask } from '../testing/remote-task.ts';
import { Feed } from './feed.ts';
import { createNodeRouter } from './router.ts';
import { TaskService } from './task-service.ts';
import { nodeView, type ServiceRig, serviceRig } from './testing/service-rig.ts';
import { TrustService } from './trust-service.ts';

const TASK = commitmentOf(1);
const failed = (call: Promise<unknown>) => call.then(() => null, errorOf);

/** Names of all procedures, such as `tasks.page`. */
function namesOf(tree: object, isLeaf: (value: unknown) => boolean, path: readonly string[] = []): string[] {
  return Object.entries(tree).flatMap(([name, value]) =>
    isLeaf(value) ? [[...path, name].join('.')] : namesOf(value, isLeaf, [...path, name]),
  );
}

function withTask(rig: ServiceRig, changes: Parameters<typeof remoteTask>[0] = {}): ServiceRig {
  rig.store.tasks.observe(remoteTask({ commitment: TASK, startTimeMs: START_MS, ...changes }), START_MS + 500);
  return rig;
}

it('serves every procedure of the contract', () => {
  const rig = serviceRig();
  const parts = { store: rig.store, resultsDir: '', dataDir: '', money: {} } as unknown as Parameters<
    typeof createNodeRouter
  >[0]['parts'];
  const router = createNodeRouter({
    ...{ parts, tasks: new TaskService(parts), trust: new TrustService(parts), streams: {} },
    views: new Feed(() => nodeView()),
    consentOf: () => undefined,
  });
  const promised = namesOf(nodeContract, isContractProcedure);
  expect(promised.length).toBeGreaterThan(30);
  expect(namesOf(router, isProcedure).toSorted()).toEqual(promised.toSorted());
});

describe('tasks', () => {
  it('are listed as rows, with their position, times and duration', async () => {
    const rig = withTask(serviceRig());
    rig.store.tasks.observe(remoteTask({ commitment: commitmentOf(2), startTimeMs: null, status: 'Queued' }), START_MS + 600);
    rig.store.tasks.addTransition(TASK, { status: 'ScoreReady', atMs: START_MS + 4_000, source: 'local', evidence: '' });
    const before = await rig.client.tasks.page({ limit: 10 });
    expect(before).toMatchObject({ total: 2, upTo: 2 });
    expect(before.rows).toMatchObject([
      { commitment: commitmentOf(2), sequence: 2, seenMs: START_MS + 600, durationMs: null },
      { commitment: TASK, sequence: 1, seenMs: START_MS + 500, durationMs: 4_000 },
    ]);
    // The network's own times take precedence over what this node has observed.
    withTask(rig, { status: 'ScoreReady', score: '0x11', scoreReadyTimeMs: START_MS + 3_000 });
    const { rows } = await rig.client.tasks.page({ limit: 1, offset: 1, filter: { statuses: ['ScoreReady', 'Queued'] } });
    expect(rows).toMatchObject([{ commitment: TASK, durationMs: 3_000 }]);
  });

  it("have details, with the result's files as long as they exist", async () => {
    const rig = withTask(serviceRig());
    rig.score(TASK, { '0.json': '{"text":"hello"}' });
    rig.store.cases.save(caseFile(TASK, { commitment: TASK }));
    const detail = await rig.client.tasks.detail({ commitment: TASK });
    expect(detail).toMatchObject({
      taskArgs: '{"model":"tiny/model","messages":[]}',
      ...{ taskId: null, timeoutSeconds: 60, minVramGib: 4, failure: null, money: { entries: [], earnedWei: '0' }, caseId: TASK },
      executions: [{ attempt: 1, startedMs: START_MS + 1_000, endedMs: START_MS + 3_000, outcome: 'scored', detail: '' }],
      files: [{ position: 0, kind: 'text', sizeBytes: 16, present: true }],
    });
    const file = await rig.client.tasks.file({ commitment: TASK, position: 0 });
    expect(file).toEqual({ mime: 'application/json', base64: Buffer.from('{"text":"hello"}').toString('base64') });
    expect(await failed(rig.client.tasks.file({ commitment: TASK, position: 1 }))).toMatchObject({ code: 'TASK_FILE_UNKNOWN' });
    for (const call of [
      rig.client.tasks.detail,
      (input: { commitment: string }) => rig.client.tasks.file({ ...input, position: 0 }),
    ]) {
      expect(await failed(call({ commitment: commitmentOf(9) }))).toMatchObject({ code: 'TASK_UNKNOWN' });
      expect(await failed(call({ commitment: '../../node.sqlite' }))).toMatchObject({ code: 'RPC_BAD_INPUT' });
    }
  });

  it('include what the ledger knows about them', async () => {
    const rig = withTask(serviceRig());
    new Ledger(rig.store.db).record([payment({ task: TASK, wei: 7n })], START_MS);
    const { money } = await rig.client.tasks.detail({ commitment: TASK });
    expect(money).toMatchObject({ entries: [{ kind: 'taskPayment', wei: '7', task: TASK }], earnedWei: '7' });
  });

  it('show what the node did about a failure (law 2)', async () => {
    const end = (rig: ServiceRig, outcome: 'invalid' | 'failed' | 'cancelled') => {
      rig.store.executions.begin(TASK, 'L1', START_MS);
      rig.store.executions.end(TASK, { outcome, detail: 'Traceback\nthe last word', nowMs: START_MS });
    };
    const failure = async (make: (rig: ServiceRig) => void) => {
      const rig = withTask(serviceRig());
      make(rig);
      const told = (await rig.client.tasks.detail({ commitment: TASK })).failure;
      return told === null ? null : [told.reaction, told.error.code, told.error.message];
    };
    expect(await failure(() => {})).toBeNull();
    expect(await failure((rig) => end(rig, 'failed'))).toEqual(['silent', 'EXECUTION_FAILED', 'the last word']);
    expect(await failure((rig) => end(rig, 'invalid'))).toEqual(['silent', 'TASK_INVALID', 'the last word']);
    const reported = (rig: ServiceRig) => {
      end(rig, 'invalid');
      rig.store.tasks.addTransition(TASK, { status: 'ErrorReported', atMs: START_MS, source: 'local', evidence: '' });
    };
    expect(await failure(reported)).toEqual(['reported', 'TASK_INVALID', 'the last word']);
    const madeGood = (rig: ServiceRig) => {
      end(rig, 'cancelled');
      rig.store.executions.begin(TASK, 'L2', START_MS);
    };
    expect(await failure(madeGood)).toBeNull();
    const alarm = { code: 'RESULT_CHANGED', message: 'other bytes', atMs: START_MS };
    expect(await failure((rig) => rig.store.tasks.raiseAlarm(TASK, alarm))).toEqual(['silent', 'RESULT_CHANGED', 'other bytes']);
  });

  it('can be watched by several clients: first the open ones, then each change', async () => {
    const rig = withTask(serviceRig());
    rig.store.tasks.observe(remoteTask({ commitment: commitmentOf(2) }), START_MS);
    rig.store.tasks.close(commitmentOf(2), 'EndSuccess', START_MS);
    const watched = await Promise.all([rig.client.tasks.watch({}), rig.client.tasks.watch({})]);
    for (const updates of watched) {
      const { value } = await updates.next();
      expect(value).toMatchObject({ kind: 'snapshot', revision: 0, upTo: 2, open: [{ commitment: TASK }] });
    }
    rig.store.tasks.addTransition(TASK, { status: 'ScoreReady', atMs: START_MS + 9, source: 'local', evidence: '' });
    rig.service.taskChanged(TASK);
    for (const updates of watched) {
      expect((await updates.next()).value).toMatchObject({
        kind: 'task',
        revision: 1,
        task: { commitment: TASK, durationMs: 9 },
      });
      await updates.return?.();
    }
    // Without listeners, the row is not even read: an unknown task would be an error.
    await expect.poll(() => failed((async () => rig.service.taskChanged(commitmentOf(9)))())).toBeNull();
  });
});

describe('the node', () => {
  it('is watched, and carries out requests', async () => {
    const rig = serviceRig();
    const views = await rig.client.node.watch({});
    expect((await views.next()).value).toEqual(nodeView());
    rig.service.nodeChanged(nodeView({ revision: 2, state: 'pausing' }));
    expect((await views.next()).value).toMatchObject({ revision: 2, state: 'pausing' });
    await rig.client.node.pause({});
    await rig.client.node.resume({});
    await rig.client.node.selfTest({ order: 'accept' });
    await rig.client.node.warmUp({ order: 'cancel' });
    await rig.client.node.unstake({});
    expect(rig.asked).toEqual(['pause', 'resume', 'selfTest accept', 'warmUp cancel', 'unstake']);
  });

  it('passes on the models’ own feed, and their refusals as errors', async () => {
    const disk = { directory: '/models', freeBytes: null, reserveBytes: 0, usedBytes: 0, scannedAtMs: null };
    const snapshot: ModelsUpdate = { kind: 'snapshot', revision: 3, models: [], downloads: [], unknown: [], disk };
    const refusal = { code: 'MODEL_IN_USE', message: 'in use', data: { modelIds: ['base:a'], odd: { deep: 1 } } };
    const models = {
      subscribe: (listener: (update: ModelsUpdate) => void) => {
        listener(snapshot);
        return () => {};
      },
      ask: async () => ({ type: 'refused' as const, error: refusal }),
    };
    const { client } = serviceRig({ models });
    expect((await (await client.models.watch({})).next()).value).toEqual(snapshot);
    expect(await failed(client.models.ask({ type: 'scan' }))).toMatchObject({ code: 'MODEL_IN_USE', message: 'in use' });
  });
});

describe('trust', () => {
  it('pages the cases, and hands one out as a bundle that is not left on disk', async () => {
    const { client, store, dataDir } = serviceRig();
    for (const id of ['a', 'b', 'c']) store.cases.save(caseFile(id));
    expect(await client.trust.cases({ limit: 2, offset: 1 })).toMatchObject({ total: 3, cases: [{ id: 'b' }, { id: 'a' }] });
    expect(await client.trust.case({ id: 'b' })).toEqual(caseFile('b'));
    const { fileName, base64 } = await client.trust.exportCase({ id: 'b' });
    expect(fileName).toBe('crynux-case-b.zip');
    expect(Buffer.from(base64, 'base64').subarray(0, 2).toString()).toBe('PK');
    expect(readdirSync(join(dataDir, 'exports'))).toEqual([]);
    expect(await failed(client.trust.exportCase({ id: '../b' }))).toMatchObject({ code: 'TRUST_UNKNOWN_CASE' });
    expect(existsSync(join(dataDir, 'b.zip'))).toBe(false);
  });

  it("explains the node's standing and the lack of tasks", async () => {
    const { client } = serviceRig();
    expect(await client.trust.qos({})).toMatchObject({ atMs: START_MS });
    const { conditions } = await client.trust.noTasks({});
    expect(conditions.find(({ id }) => id === 'nodeRunning')).toMatchObject({ verdict: 'yes' });
  });

  const harm: readonly [string, string][] = [
    ['a guard is gone', 'DROP TRIGGER ledger_no_update'],
    ['a score has no execution', 'DROP TRIGGER execution_outcome_final; UPDATE executions SET outcome = NULL'],
    ['a score is gone', 'DROP TRIGGER ledger_no_delete; DELETE FROM score_ledger'],
    ['a score is none', "DROP TRIGGER ledger_no_update; UPDATE score_ledger SET score = 'zero'"],
    ['the ledger is gone', 'DROP TABLE score_ledger'],
  ];
  it('reports the protection, from the rows', async () => {
    const rig = withTask(serviceRig());
    expect(await rig.client.trust.protection({})).toEqual({
      ...{ scores: 0, executions: 0, oldestMs: null, newestMs: null, sound: true },
    });
    rig.score(TASK, {});
    withTask(rig, { commitment: commitmentOf(2) });
    rig.store.executions.begin(commitmentOf(2), 'L1', START_MS);
    expect(await rig.client.trust.protection({})).toEqual({
      ...{ scores: 1, executions: 2, oldestMs: START_MS + 3_000, newestMs: START_MS + 3_000, sound: true },
    });
  });

  it.each(harm)('does not report the protection as sound if %s', async (_, sql) => {
    const rig = withTask(serviceRig());
    rig.score(TASK, {});
    const other = new DatabaseSync(join(rig.dataDir, STORE_FILE));
    other.exec(sql);
    other.close();
    expect(await rig.client.trust.protection({})).toMatchObject({ sound: false });
  });
});
