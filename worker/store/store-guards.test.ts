/** What the tables and their readers refuse, each named after the invariant it protects. */

import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Hex } from '../../protocol/hex.ts';
import type { RelayEvent } from '../../protocol/wire/event.ts';
import { APPLICATION_ID, openDatabase } from '../kit/database.ts';
import { decide } from '../loop/decide.ts';
import { RELAY_RULES } from '../networks/network-rules.ts';
import { commitmentOf, remoteTask, SCORE, SELF } from '../testing/remote-task.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { EVENT_OVERLAP } from './event-log.ts';
import { MIGRATIONS, openNodeDatabase } from './migrations.ts';
import { observedSteps } from './observed-steps.ts';
import { readProtection } from './protection.ts';
import { openStore, type Store } from './store.ts';

const NOW = 1_700_000_000_000;
const TASK = commitmentOf(1);
const OTHER = commitmentOf(2);

function withTasks(): Store {
  const store = openStore(tempDir(), NOW);
  onTestFinished(() => store.close());
  for (const commitment of [TASK, OTHER]) store.tasks.observe(remoteTask({ commitment }), NOW);
  return store;
}

function event(id: number): { kind: 'event'; event: RelayEvent } {
  return { kind: 'event', event: { id, type: 'TaskStarted', nodeAddress: SELF, commitment: TASK, args: '{}' } };
}

describe('law 3: an outcome is final', () => {
  it.each(['failed', 'invalid', 'cancelled'] as const)('%s can neither be undone nor changed', (outcome) => {
    const store = withTasks();
    store.executions.begin(TASK, 'L1', NOW);
    store.executions.end(TASK, { outcome, detail: '', nowMs: NOW });
    for (const other of ['NULL', "'cancelled'", "'failed'", "'scored'", "'invalid'"]) {
      expect(() => store.db.exec(`UPDATE executions SET outcome = ${other}`), other).toThrow('final');
    }
    expect(store.executions.of(TASK)[0]?.outcome).toBe(outcome);
  });
});

describe('law 4: what is committed is on disk', () => {
  it('before the call returns, even if the power fails right afterwards', () => {
    const store = withTasks();
    expect(store.db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    expect(store.db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  });
});

describe('a row that must not be deleted', () => {
  it('is not deleted by replacing it either', () => {
    const db = openDatabase(`${tempDir()}/x.sqlite`, [
      `CREATE TABLE kept (key TEXT PRIMARY KEY, value TEXT) STRICT;
       CREATE TRIGGER stays BEFORE DELETE ON kept BEGIN SELECT RAISE(ABORT, 'it stays'); END;
       INSERT INTO kept VALUES ('a', '1'), ('b', '2');`,
    ]);
    onTestFinished(() => db.close());
    for (const sql of ["INSERT OR REPLACE INTO kept VALUES ('a', '3')", "UPDATE OR REPLACE kept SET key = 'a' WHERE key = 'b'"])
      expect(() => db.exec(sql), sql).toThrow('it stays');
    expect(db.prepare('SELECT value FROM kept ORDER BY key').all()).toEqual([{ value: '1' }, { value: '2' }]);
  });
});

describe('law 5: the digests of a result are final', () => {
  it('none is changed, removed or replaced, and no file is added to a recorded result', () => {
    const store = withTasks();
    const artifact = { kind: 'file', position: 0, path: 'a', sha256: '11'.repeat(32), size: 1 } as const;
    store.executions.begin(TASK, 'L1', NOW);
    store.recordResult({ commitment: TASK, score: SCORE, artifacts: [artifact], nowMs: NOW });
    store.artifacts.add(OTHER, [artifact]);
    const values = (commitment: Hex, position: number) => `('${commitment}', 'file', ${position}, 'b', '${'22'.repeat(32)}', 2)`;
    for (const sql of [
      `UPDATE artifacts SET sha256 = '${'22'.repeat(32)}'`,
      'UPDATE artifacts SET path = path',
      'DELETE FROM artifacts',
      `INSERT OR REPLACE INTO artifacts VALUES ${values(TASK, 0)}`,
      `INSERT OR REPLACE INTO artifacts VALUES ${values(OTHER, 0)}`,
    ]) {
      expect(() => store.db.exec(sql), sql).toThrow('final');
    }
    expect([TASK, OTHER].map((commitment) => store.artifacts.of(commitment))).toEqual([[artifact], [artifact]]);
    const more = { commitment: TASK, score: SCORE, artifacts: [{ ...artifact, position: 1 }], nowMs: NOW };
    store.recordResult(more);
    expect(() => store.artifacts.add(TASK, more.artifacts)).toThrow('final');
    expect(store.artifacts.of(TASK)).toEqual([artifact]);
  });
});

describe('what a node did about a task', () => {
  it('a refused upload is recorded for its task only, any number of times, and an accepted one ends it', () => {
    const store = withTasks();
    for (const commitment of [TASK, OTHER]) store.ledger.record(commitment, SCORE, NOW);
    store.tasks.countUploadRefusal(TASK);
    store.tasks.countUploadRefusal(TASK);
    expect([TASK, OTHER].map((commitment) => store.tasks.get(commitment).uploadRefusals)).toEqual([2, 0]);
    expect(store.local(OTHER)).toMatchObject({ kind: 'scored', uploadRefused: false });
    expect(store.local(TASK)).toMatchObject({ kind: 'scored', uploadRefused: true });
    store.tasks.markUploaded(TASK, NOW + 1);
    expect(store.local(TASK)).toEqual({ kind: 'uploaded', score: SCORE });
  });

  it('the first upload and the first end count, for their task only', () => {
    const store = withTasks();
    store.tasks.markUploaded(TASK, NOW + 1);
    store.tasks.markUploaded(TASK, NOW + 2);
    store.tasks.close(TASK, 'EndSuccess', NOW + 3);
    store.tasks.close(TASK, 'notFound', NOW + 4);
    expect(store.tasks.get(TASK)).toMatchObject({ uploadedMs: NOW + 1, closedAs: 'EndSuccess', closedMs: NOW + 3 });
    expect(store.tasks.get(OTHER)).toMatchObject({ uploadedMs: null, closedMs: null });
    expect(store.tasks.open().map(({ commitment }) => commitment)).toEqual([OTHER]);
  });

  it("an application's requirements are as the network last reported them", () => {
    const store = withTasks();
    store.tasks.observe(remoteTask({ minVramGib: 12, timeoutSeconds: 99 }), NOW + 1);
    expect(store.tasks.get(TASK)).toMatchObject({ minVramGib: 12, timeoutSeconds: 99, firstSeenMs: NOW });
    expect(store.tasks.get(OTHER).minVramGib).toBe(4);
  });

  it('a result that the network has refused is not offered to it again as evidence', () => {
    const remote = remoteTask({ status: 'EndInvalidated', score: SCORE });
    const base = {
      remote,
      alarms: [],
      knownDeadlineMs: null,
      engine: { kind: 'ready', lifetime: 'L1' },
      self: SELF,
      nowMs: NOW,
      rules: RELAY_RULES,
    } as const;
    const scored = { kind: 'scored', score: SCORE } as const;
    expect(decide({ ...base, local: { ...scored, uploadRefused: false } })).toEqual({ kind: 'uploadResult' });
    expect(decide({ ...base, local: { ...scored, uploadRefused: true } })).toEqual({ kind: 'close', as: 'EndInvalidated' });
  });

  it('only one withdrawal at a time may have an unknown outcome', () => {
    const { db } = withTasks();
    const begin = (state: string) =>
      db.exec(`INSERT INTO withdrawal_attempts (amount_wei, benefit_address, network, signed_seconds, newest_record, state)
        VALUES ('1', '${SELF}', 'n', 1, 0, '${state}')`);
    begin('open');
    expect(() => begin('open')).toThrow('UNIQUE');
    begin('accepted');
    begin('lost');
    begin('lost');
    db.exec("UPDATE withdrawal_attempts SET state = 'accepted' WHERE state = 'open'");
    begin('open');
  });

  it('result files are returned in upload order, the checkpoint last', () => {
    const store = withTasks();
    const file = (kind: 'file' | 'checkpoint', position: number) => ({
      kind,
      position,
      path: `${kind}-${position}`,
      sha256: '11'.repeat(32),
      size: 1,
    });
    store.artifacts.add(TASK, [file('checkpoint', 0), file('file', 2), file('file', 10), file('file', 0)]);
    expect(store.artifacts.of(TASK).map(({ path }) => path)).toEqual(['file-0', 'file-2', 'file-10', 'checkpoint-0']);
    expect(store.artifacts.of(OTHER)).toEqual([]);
  });
});

describe('the event cursor', () => {
  it("reaches back by the overlap, but never before the node's first run", () => {
    const { events } = withTasks();
    expect(events.cursor()).toBeNull();
    events.startAt(1_000);
    events.record([event(1_001)], NOW);
    expect(events.cursor()).toBe(1_000);
    events.record([event(1_000 + EVENT_OVERLAP + 5)], NOW);
    expect(events.cursor()).toBe(1_005);
  });

  it('does not go back for an older event, which is stored all the same', () => {
    const { events } = withTasks();
    events.startAt(0);
    events.record([event(100), event(90)], NOW);
    events.record([event(95)], NOW);
    expect(events.cursor()).toBe(100 - EVENT_OVERLAP);
    expect(events.unhandled().map(({ id }) => id)).toEqual([90, 95, 100]);
  });

  it('events before the first run do not concern the node', () => {
    const { events } = withTasks();
    events.startAt(50);
    events.record([event(49), event(50), event(51)], NOW);
    expect(events.unhandled().map(({ id }) => id)).toEqual([51]);
  });

  it('a different event with a known ID is handled again, a repeated one is not', () => {
    const { events } = withTasks();
    events.startAt(0);
    const told = (commitment: Hex, type = 'TaskStarted') => {
      const { event: first } = event(7);
      events.record([{ kind: 'event', event: { ...first, type, commitment } }], NOW);
      const pending = events.unhandled().map(({ id, commitment: task, type: kind }) => `${id} ${kind} ${task}`);
      events.markHandled(7);
      return pending;
    };
    expect(told(TASK)).toEqual([`7 TaskStarted ${TASK}`]);
    expect(told(TASK)).toEqual([]);
    // A chain was reorganised, or a relay was restored from a backup.
    expect(told(OTHER)).toEqual([`7 TaskStarted ${OTHER}`]);
    expect(told(OTHER, 'TaskEndAborted')).toEqual([`7 TaskEndAborted ${OTHER}`]);
  });

  it('advances past an unreadable event with an ID, but not past one without', () => {
    const { events } = withTasks();
    events.startAt(0);
    events.record([{ kind: 'unreadable', id: 80, raw: '{"id":80}', problem: 'x' }], NOW);
    expect(events.cursor()).toBe(80 - EVENT_OVERLAP);
    events.record([{ kind: 'unreadable', id: null, raw: '?', problem: 'x' }], NOW);
    expect(events.cursor()).toBe(80 - EVENT_OVERLAP);
    expect(events.counts()).toEqual({ events: 0, unreadable: 2, unreadableEver: 2 });
  });
});

describe('steps that a task object proves', () => {
  const times = { createTimeMs: 1, startTimeMs: 2, scoreReadyTimeMs: 3, validatedTimeMs: 4, resultUploadedTimeMs: 5 };
  const steps = (changes: Parameters<typeof remoteTask>[0]) =>
    observedSteps(remoteTask({ ...times, ...changes }), 9).map(({ status, atMs }) => `${status} ${atMs}`);

  it.each([
    ['EndSuccess', {}, ['Queued 1', 'Started 2', 'ScoreReady 3', 'Validated 4', 'EndSuccess 5']],
    ['EndGroupSuccess', {}, ['Queued 1', 'Started 2', 'ScoreReady 3', 'GroupValidated 4', 'EndGroupSuccess 5']],
    ['Validated', {}, ['Queued 1', 'Started 2', 'ScoreReady 3', 'Validated 4']],
    ['GroupValidated', {}, ['Queued 1', 'Started 2', 'ScoreReady 3', 'GroupValidated 4']],
    ['EndGroupRefund', {}, ['Queued 1', 'Started 2', 'ScoreReady 3', 'EndGroupRefund 4']],
    ['EndInvalidated', {}, ['Queued 1', 'Started 2', 'ScoreReady 3', 'EndInvalidated 4']],
    ['EndAborted', { error: 'ParametersValidationFailed' }, ['Queued 1', 'Started 2', 'ErrorReported 3', 'EndAborted 4']],
    ['ErrorReported', { error: 'ParametersValidationFailed' }, ['Queued 1', 'Started 2', 'ErrorReported 3']],
    ['EndAborted', { scoreReadyTimeMs: null, validatedTimeMs: null }, ['Queued 1', 'Started 2', 'EndAborted 9']],
    ['Queued', { startTimeMs: null, scoreReadyTimeMs: null, validatedTimeMs: null }, ['Queued 1']],
    ['Started', { scoreReadyTimeMs: null }, ['Queued 1', 'Started 2']],
  ] as const)("%s: each once, in order, with the network's times", (status, changes, expected) => {
    expect(steps({ status, ...changes })).toEqual(expected);
  });
});

describe('a store of the next version', () => {
  it('is refused even if it is only one step ahead', () => {
    const path = `${tempDir()}/node.sqlite`;
    openDatabase(path, [...MIGRATIONS, 'CREATE TABLE ahead (x)']).close();
    expect(() => openNodeDatabase(path)).toThrow(
      expect.objectContaining({
        code: 'STORE_NEWER_VERSION',
        data: { path, version: MIGRATIONS.length + 1, known: MIGRATIONS.length },
      }),
    );
    openDatabase(path, [...MIGRATIONS, 'CREATE TABLE ahead (x)']).close();
  });

  it('and one of this version is accepted without a migration', () => {
    const path = `${tempDir()}/node.sqlite`;
    openNodeDatabase(path).close();
    const db = openNodeDatabase(path);
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: MIGRATIONS.length });
    expect(db.prepare('PRAGMA application_id').get()).toEqual({ application_id: APPLICATION_ID });
    db.close();
  });
});

describe('protection', () => {
  const run = (store: Store, commitment: Hex) => {
    store.executions.begin(commitment, 'L1', NOW);
    store.recordResult({ commitment, score: SCORE, artifacts: [], nowMs: NOW });
  };
  /** Changes the tables from outside, and restores the guards afterwards. */
  const without = (db: DatabaseSync, sql: string) => {
    const triggers = db.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all();
    for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
    db.exec(sql);
    for (const { sql: again } of triggers) db.exec(String(again));
  };

  it('is sound if each score has its execution and each scored execution its score', () => {
    const store = withTasks();
    run(store, TASK);
    expect(readProtection(store.db)).toEqual({ scores: 1, executions: 1, oldestMs: NOW, newestMs: NOW, sound: true });
  });

  it.each([
    ['a score without the execution that made it', `UPDATE executions SET outcome = 'cancelled' WHERE commitment = '${TASK}'`],
    ['an execution whose score is gone', `DELETE FROM score_ledger WHERE commitment = '${TASK}'`],
    ['a score that is not hex', "UPDATE score_ledger SET score = '0xzz'"],
    ['a score with half a byte', "UPDATE score_ledger SET score = '0x123'"],
    ['a score without its prefix', `UPDATE score_ledger SET score = '${'11'.repeat(32)}'`],
    ['a score with a negative time', 'UPDATE score_ledger SET recorded_ms = 0'],
  ])('is not sound with %s', (_what, sql) => {
    const store = withTasks();
    run(store, TASK);
    run(store, OTHER);
    without(store.db, sql);
    expect(readProtection(store.db).sound).toBe(false);
  });

  it('is not sound without any one of its guards, or if nothing can be read', () => {
    const store = withTasks();
    run(store, TASK);
    for (const { name, sql } of store.db
      .prepare(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND (tbl_name = 'score_ledger' OR tbl_name = 'executions')",
      )
      .all()) {
      store.db.exec(`DROP TRIGGER ${name}`);
      const isGuard = !readProtection(store.db).sound;
      store.db.exec(String(sql));
      expect([name, readProtection(store.db).sound]).toEqual([name, true]);
      if (/^(?:ledger|invalid|execution)_/.test(String(name))) expect([name, isGuard]).toEqual([name, true]);
    }
    expect(readProtection(new DatabaseSync(':memory:'))).toMatchObject({ scores: 0, sound: false });
  });
});
