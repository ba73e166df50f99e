import { expect, it, onTestFinished } from 'vitest';
import { inRelaxedTransaction, inTransaction } from '../kit/database.ts';
import { START_MS } from '../testing/loop-rig.ts';
import { commitmentOf, remoteTask } from '../testing/remote-task.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { openStore } from './store.ts';

const NORMAL = 1;
const FULL = 2;

function rig() {
  const store = openStore(tempDir(), START_MS);
  onTestFinished(() => store.close());
  const level = () => store.db.prepare('PRAGMA synchronous').get()?.synchronous;
  return { store, level };
}

it('does not wait for the disk, but everything after it does', () => {
  const { store, level } = rig();
  expect(inRelaxedTransaction(store.db, level)).toBe(NORMAL);
  expect(inTransaction(store.db, level)).toBe(FULL);
  const fail = () => {
    throw new Error('no');
  };
  expect(() => inRelaxedTransaction(store.db, fail)).toThrow('no');
  expect(level()).toBe(FULL);
});

it('inside a full one is part of it', () => {
  const { store, level } = rig();
  expect(inTransaction(store.db, () => inRelaxedTransaction(store.db, level))).toBe(FULL);
});

it('laws 3 and 4: observations may be delayed on the way to the disk; executions and scores never are', () => {
  const { store, level } = rig();
  const levels: unknown[] = [];
  store.db.function('seen', () => {
    levels.push(level());
    return null;
  });
  for (const table of ['tasks', 'executions', 'score_ledger', 'artifacts']) {
    store.db.exec(`CREATE TEMP TRIGGER seen_${table} AFTER INSERT ON ${table} BEGIN SELECT seen(); END`);
  }
  const commitment = commitmentOf(1);
  store.tasks.observe(remoteTask({ startTimeMs: START_MS }), START_MS);
  expect(levels.splice(0)).toEqual([NORMAL]);
  store.executions.begin(commitment, 'L1', START_MS);
  const artifacts = [{ kind: 'file', position: 0, path: '0.json', sha256: '00'.repeat(32), size: 1 }] as const;
  store.recordResult({ commitment, score: '0x01', artifacts, nowMs: START_MS });
  expect(levels).toEqual([FULL, FULL, FULL]);
});
