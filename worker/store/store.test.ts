import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Hex } from '../../protocol/hex.ts';
import { openDatabase } from '../kit/database.ts';
import { WorkerError, type WorkerErrorCode } from '../kit/errors.ts';
import { commitmentOf, remoteTask, SCORE } from '../testing/remote-task.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { MIGRATIONS, openNodeDatabase } from './migrations.ts';
import { openStore, STORE_FILE, type Store } from './store.ts';

const NOW = 1_700_000_000_000;
const TASK = commitmentOf(1);
const OTHER_SCORE: Hex = `0x${'22'.repeat(32)}`;
const ARTIFACT = { kind: 'file', position: 0, path: 'results/0.json', sha256: '11'.repeat(32), size: 5 } as const;

function open(dir = tempDir()): Store {
  const store = openStore(dir, NOW);
  onTestFinished(() => store.close());
  return store;
}

/** A store that knows task 1. */
function withTask(dir?: string): Store {
  const store = open(dir);
  store.tasks.observe(remoteTask({}), NOW);
  return store;
}

function codeOf(act: () => unknown): WorkerErrorCode | 'none' {
  try {
    act();
    return 'none';
  } catch (error) {
    if (error instanceof WorkerError) return error.code;
    throw error;
  }
}

/** A separate connection to the same file, for changes that our API does not allow. */
function raw(dir: string): DatabaseSync {
  const db = new DatabaseSync(join(dir, STORE_FILE));
  onTestFinished(() => db.close());
  return db;
}

describe('opening', () => {
  it('creates a database that survives a restart', () => {
    const dir = tempDir();
    const first = withTask(dir);
    first.close();
    expect(open(dir).tasks.find(TASK)?.status).toBe('Started');
  });

  it('migrates step by step and remembers the version', () => {
    const path = join(tempDir(), STORE_FILE);
    openDatabase(path, [...MIGRATIONS]).close();
    const steps = [...MIGRATIONS, 'CREATE TABLE extra (x INTEGER) STRICT', 'ALTER TABLE extra ADD COLUMN y INTEGER'];
    const db = openDatabase(path, steps);
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: steps.length });
    db.exec('INSERT INTO extra (x, y) VALUES (1, 2)');
    db.close();
  });

  it('a failed migration leaves the previous version', () => {
    const path = join(tempDir(), STORE_FILE);
    expect(() => openDatabase(path, [...MIGRATIONS, 'CREATE TABLE half (x INTEGER) STRICT; nonsense'])).toThrow();
    const db = openDatabase(path, MIGRATIONS);
    expect(db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'half'").get()).toBeUndefined();
    db.close();
  });

  it('refuses a newer version and leaves the file unchanged', () => {
    const dir = tempDir();
    withTask(dir).close();
    const path = join(dir, STORE_FILE);
    const db = new DatabaseSync(path);
    db.exec('PRAGMA journal_mode = DELETE; PRAGMA user_version = 99');
    db.close();
    const before = readFileSync(path);
    expect(codeOf(() => openStore(dir, NOW))).toBe('STORE_NEWER_VERSION');
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  const notOurs: readonly [string, (path: string) => void][] = [
    ['text', (path) => writeFileSync(path, 'this is a shopping list, not a database')],
    ['a truncated header', (path) => writeFileSync(path, 'SQLite format 3\u0000and then nothing')],
    [
      'another program’s database',
      (path) => {
        const db = new DatabaseSync(path);
        db.exec('CREATE TABLE bookmarks (url TEXT)');
        db.close();
      },
    ],
    [
      'a damaged page',
      (path) => {
        openNodeDatabase(path).close();
        const bytes = readFileSync(path);
        bytes.fill(0x5a, 4096, 4096 * 6);
        writeFileSync(path, bytes);
      },
    ],
  ];
  for (const [what, make] of notOurs) {
    it(`refuses ${what} and leaves the file unchanged`, () => {
      const dir = tempDir();
      const path = join(dir, STORE_FILE);
      make(path);
      const before = readFileSync(path);
      expect(codeOf(() => openStore(dir, NOW))).toBe('STORE_CORRUPT');
      expect(readFileSync(path).equals(before)).toBe(true);
    });
  }

  it('opens after a kill inside the very first migration', () => {
    const dir = tempDir();
    const db = new DatabaseSync(join(dir, STORE_FILE));
    db.exec('PRAGMA journal_mode = WAL');
    db.close();
    expect(withTask(dir).tasks.open()).toHaveLength(1);
  });

  it('has one owner at a time', () => {
    const dir = tempDir();
    const first = open(dir);
    expect(codeOf(() => openStore(dir, NOW))).toBe('STORE_IN_USE');
    first.close();
    expect(codeOf(() => open(dir))).toBe('none');
  });

  it('reports a row that was edited from outside', () => {
    const dir = tempDir();
    const store = withTask(dir);
    raw(dir).exec("UPDATE tasks SET status = 'Asleep'");
    expect(codeOf(() => store.tasks.find(TASK))).toBe('STORE_BAD_ROW');
  });
});

describe('law 4: the score ledger', () => {
  it('accepts the same score twice and refuses a different one', () => {
    const store = withTask();
    expect(store.ledger.record(TASK, SCORE, NOW)).toEqual({ commitment: TASK, score: SCORE });
    expect(store.ledger.record(TASK, SCORE, NOW).score).toBe(SCORE);
    expect(codeOf(() => store.ledger.record(TASK, OTHER_SCORE, NOW))).toBe('LEDGER_CONFLICT');
    expect(store.ledger.find(TASK)?.score).toBe(SCORE);
  });

  it('cannot be changed by SQL either', () => {
    const dir = tempDir();
    const store = withTask(dir);
    store.ledger.record(TASK, SCORE, NOW);
    const db = raw(dir);
    const attempts = [
      `UPDATE score_ledger SET score = '${OTHER_SCORE}'`,
      'DELETE FROM score_ledger',
      `INSERT OR REPLACE INTO score_ledger VALUES ('${TASK}', '${OTHER_SCORE}', 1)`,
      `INSERT INTO score_ledger VALUES ('${TASK}', '${OTHER_SCORE}', 1) ON CONFLICT DO UPDATE SET score = excluded.score`,
    ];
    for (const sql of attempts) expect(() => db.exec(sql), sql).toThrow();
    expect(store.ledger.find(TASK)?.score).toBe(SCORE);
  });

  it('keeps the first of any sequence of scores', () => {
    const store = withTask();
    const scores = fc.array(fc.constantFrom(SCORE, OTHER_SCORE, '0xaa' as Hex), { minLength: 1, maxLength: 6 });
    let n = 10;
    fc.assert(
      fc.property(scores, (sequence) => {
        const commitment = commitmentOf(n++);
        store.tasks.observe(remoteTask({ commitment }), NOW);
        for (const score of sequence) codeOf(() => store.ledger.record(commitment, score, NOW));
        expect(store.ledger.find(commitment)?.score).toBe(sequence[0]);
      }),
      { numRuns: 30 },
    );
  });

  it('law 2: a task has one verdict, a score or "invalid"', () => {
    const store = withTask();
    store.executions.begin(TASK, 'L1', NOW);
    store.executions.end(TASK, { outcome: 'invalid', detail: 'Task args invalid', nowMs: NOW });
    expect(codeOf(() => store.ledger.record(TASK, SCORE, NOW))).toBe('LEDGER_CONFLICT');
    const other = commitmentOf(2);
    store.tasks.observe(remoteTask({ commitment: other }), NOW);
    store.executions.begin(other, 'L1', NOW);
    store.ledger.record(other, SCORE, NOW);
    const invalid = { outcome: 'invalid', detail: '', nowMs: NOW } as const;
    expect(codeOf(() => store.executions.end(other, invalid))).toBe('LEDGER_CONFLICT');
  });

  it('result files, score and the end of the execution are written together or not at all', () => {
    const store = withTask();
    store.executions.begin(TASK, 'L1', NOW);
    store.ledger.record(TASK, OTHER_SCORE, NOW);
    const result = { commitment: TASK, score: SCORE, artifacts: [ARTIFACT], nowMs: NOW };
    expect(codeOf(() => store.recordResult(result))).toBe('LEDGER_CONFLICT');
    expect(store.artifacts.of(TASK)).toEqual([]);
    expect(store.executions.of(TASK)[0]?.outcome).toBeNull();
  });
});

describe('law 3: executions', () => {
  it('refuses a second one in the same lifetime, during a running one, and after any verdict', () => {
    const store = withTask();
    store.executions.begin(TASK, 'L1', NOW);
    expect(codeOf(() => store.executions.begin(TASK, 'L2', NOW))).toBe('EXECUTION_REFUSED');
    store.executions.end(TASK, { outcome: 'cancelled', detail: 'gone', nowMs: NOW });
    expect(codeOf(() => store.executions.begin(TASK, 'L1', NOW))).toBe('EXECUTION_REFUSED');
    expect(store.executions.begin(TASK, 'L2', NOW)).toBe(2);
    store.recordResult({ commitment: TASK, score: SCORE, artifacts: [ARTIFACT], nowMs: NOW });
    expect(codeOf(() => store.executions.begin(TASK, 'L3', NOW))).toBe('EXECUTION_REFUSED');
  });

  it('refuses one after an error of the engine', () => {
    const store = withTask();
    store.executions.begin(TASK, 'L1', NOW);
    store.executions.end(TASK, { outcome: 'failed', detail: 'CUDA error', nowMs: NOW });
    expect(codeOf(() => store.executions.begin(TASK, 'L2', NOW))).toBe('EXECUTION_REFUSED');
    expect(store.local(TASK)).toEqual({ kind: 'failed', reason: 'CUDA error' });
  });

  it('counts an execution that ended with its process as interrupted, and its lifetime as used up', () => {
    const dir = tempDir();
    const store = withTask(dir);
    store.executions.begin(TASK, 'L1', NOW);
    expect(store.local(TASK)).toEqual({ kind: 'executing', lifetime: 'L1' });
    store.close();
    expect(open(dir).local(TASK)).toEqual({ kind: 'new', spentLifetimes: ['L1'] });
  });
});

describe('local record', () => {
  it('is derived from the facts', () => {
    const store = withTask();
    expect(store.local(TASK)).toEqual({ kind: 'new', spentLifetimes: [] });
    store.executions.begin(TASK, 'L1', NOW);
    store.recordResult({ commitment: TASK, score: SCORE, artifacts: [ARTIFACT], nowMs: NOW });
    expect(store.local(TASK)).toEqual({ kind: 'scored', score: SCORE, uploadRefused: false });
    store.tasks.countUploadRefusal(TASK);
    expect(store.local(TASK)).toEqual({ kind: 'scored', score: SCORE, uploadRefused: true });
    store.tasks.markUploaded(TASK, NOW);
    expect(store.local(TASK)).toEqual({ kind: 'uploaded', score: SCORE });
    store.tasks.close(TASK, 'EndSuccess', NOW);
    expect(store.local(TASK)).toEqual({ kind: 'closed' });
    expect(store.tasks.open()).toEqual([]);
  });

  it('does not exist for a task that was never observed', () => {
    expect(codeOf(() => open().local(TASK))).toBe('STORE_UNKNOWN_TASK');
  });
});

describe('tasks', () => {
  it('keeps every observed transition once, with the network’s times', () => {
    const store = withTask();
    expect(store.tasks.observe(remoteTask({}), NOW + 1)).toBe(false);
    const done = remoteTask({
      status: 'EndSuccess',
      score: SCORE,
      scoreReadyTimeMs: NOW + 5_000,
      validatedTimeMs: NOW + 6_000,
      resultUploadedTimeMs: NOW + 7_000,
    });
    expect(store.tasks.observe(done, NOW + 9_000)).toBe(true);
    store.tasks.addTransition(TASK, { status: 'Validated', atMs: NOW + 6_500, source: 'event', evidence: 'event 7' });
    expect(store.tasks.transitions(TASK).map(({ status, atMs, source }) => [status, atMs - NOW, source])).toEqual([
      ['Queued', -1_000, 'relay'],
      ['Started', 0, 'relay'],
      ['ScoreReady', 5_000, 'relay'],
      ['Validated', 6_000, 'relay'],
      ['Validated', 6_500, 'event'],
      ['EndSuccess', 7_000, 'relay'],
    ]);
  });

  it('keeps amounts beyond 2^53 exact', () => {
    const store = open();
    const feeWei = 123_456_789_012_345_678_901_234_567n;
    store.tasks.observe(remoteTask({ feeWei }), NOW);
    store.tasks.setPayment(TASK, feeWei + 1n);
    expect(store.tasks.get(TASK)).toMatchObject({ feeWei, paymentWei: feeWei + 1n });
  });

  it('counts only the first payment, and the next one only after the end was reverted', () => {
    const store = withTask();
    expect([store.tasks.setPayment(TASK, 0n), store.tasks.setPayment(TASK, 5n)]).toEqual([true, false]);
    expect(store.tasks.get(TASK).paymentWei).toBe(0n);
    store.tasks.close(TASK, 'EndAborted', NOW);
    store.tasks.reopen(TASK);
    expect(store.tasks.setPayment(TASK, 5n)).toBe(true);
    expect(store.tasks.get(TASK).paymentWei).toBe(5n);
  });

  it('stores an alarm once', () => {
    const store = withTask();
    store.tasks.raiseAlarm(TASK, { code: 'REMOTE_SCORE_CONFLICT', message: 'first', atMs: NOW });
    store.tasks.raiseAlarm(TASK, { code: 'REMOTE_SCORE_CONFLICT', message: 'second', atMs: NOW + 1 });
    expect(store.tasks.alarms(TASK)).toEqual([{ code: 'REMOTE_SCORE_CONFLICT', message: 'first', atMs: NOW }]);
  });
});

describe('settings', () => {
  it('keeps values across a restart and distinguishes unset from null', () => {
    const dir = tempDir();
    const store = open(dir);
    expect(store.settings.get('barred')).toBeNull();
    store.settings.set('barred', 'slashed');
    store.settings.set('desired', 'paused');
    store.close();
    const again = open(dir);
    expect([again.settings.get('barred'), again.settings.get('desired')]).toEqual(['slashed', 'paused']);
  });
});
