import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Hex } from '../../../protocol/hex.ts';
import { tempDir } from '../../testing/temp-dir.ts';
import { StoredIdentities } from '../rpc/identities.ts';
import { openChainStore } from '../testing/stores.ts';
import type { Attempt, Inclusion, JournalEntry } from './intent.ts';
import { TransactionJournal } from './journal.ts';

const account = { chainId: 7411, address: `0x${'a'.repeat(40)}` as Hex };
const TO = `0x${'c'.repeat(40)}` as Hex;
const hash = (n: number) => `0x${n.toString(16).padStart(64, '0')}` as Hex;
const attempt = (n: number): Attempt => ({
  hash: hash(n),
  raw: '0x02',
  fees: { kind: 'eip1559', maxFeeWei: 2n ** 70n, priorityFeeWei: 1n },
  signedMs: n,
});
const inclusion: Inclusion = {
  hash: hash(1),
  blockNumber: 5n,
  blockHash: hash(99),
  succeeded: true,
  gasUsed: 7n,
  feeWei: 2n ** 80n,
};

let db: DatabaseSync;
let journal: TransactionJournal;
beforeEach(() => {
  const store = openChainStore(join(tempDir(), 'node.sqlite'));
  onTestFinished(() => store.close());
  db = store;
  journal = new TransactionJournal(db);
});

const record = (id: string, nonce: number, n = nonce + 1) =>
  journal.record({
    intent: { id, kind: 'stake', to: TO, data: '0x00', valueWei: 2n ** 90n },
    account,
    nonce,
    gasLimit: 21_000n,
    attempt: attempt(n),
    nowMs: 1,
  });
const conflict = expect.objectContaining({ code: 'CHAIN_JOURNAL_CONFLICT' });
const done = { reason: '', nowMs: 9 };

describe('the journal', () => {
  it('returns what was recorded, amounts of any size included', () => {
    const entry = record('a', 0);
    expect(entry).toMatchObject({ nonce: 0, state: { kind: 'signed' }, attempts: [attempt(1)], intent: { valueWei: 2n ** 90n } });
    expect(journal.find('a')).toEqual(entry);
    expect(journal.open(account)).toEqual([entry]);
    const settled = journal.settle(journal.markSent(entry), inclusion, done);
    expect(settled.state).toEqual({ kind: 'succeeded', inclusion, settledMs: 9 });
    expect(journal.open(account)).toEqual([]);
    expect(journal.settledAfter(0)).toEqual([settled]);
    expect(journal.settledAfter(settled.sequence)).toEqual([]);
  });

  it('accepts an ID once and a nonce once, unless nobody has it any more', () => {
    const first = record('a', 0);
    expect(() => record('a', 1)).toThrow(conflict);
    expect(() => record('b', 0, 5)).toThrow(conflict);
    expect(journal.find('b')).toBeNull();
    journal.refuse(journal.markSent(first), { reason: 'no', nowMs: 2 });
    expect(journal.nextNonce(account)).toBe(0);
    const second = record('b', 0);
    expect(journal.nextNonce(account)).toBe(1);
    journal.lose(journal.markSent(second), 3);
    record('c', 0);
    expect(journal.open({ ...account, chainId: 1 })).toEqual([]);
  });

  it('keeps every signed version, in order', () => {
    const sent = journal.markSent(record('a', 0));
    const replaced = journal.addAttempt(sent, attempt(20));
    expect(replaced.attempts.map((one) => one.hash)).toEqual([hash(1), hash(20)]);
    expect(() => journal.addAttempt(replaced, attempt(20))).toThrow(conflict);
    const mined = journal.markMined(replaced, inclusion);
    expect(() => journal.addAttempt(mined, attempt(21))).toThrow(conflict);
  });

  it.each<[string, (entry: JournalEntry) => JournalEntry]>([
    ['refuse', (entry) => journal.refuse(entry, { reason: '', nowMs: 1 })],
    ['settle', (entry) => journal.settle(entry, inclusion, done)],
    ['markMined', (entry) => journal.markMined(entry, inclusion)],
    ['lose', (entry) => journal.lose(entry, 1)],
    ['markSent', (entry) => journal.markSent(entry)],
  ])('settled entries are not changed by %s', (_, step) => {
    const settled = journal.settle(journal.markSent(record('a', 0)), inclusion, done);
    expect(() => step(settled)).toThrow(conflict);
    expect(journal.find('a')).toEqual(settled);
  });

  it('a reorganisation reopens what was settled; what was never in a block stays as it is', () => {
    const sent = journal.markSent(record('a', 0));
    expect(() => journal.reopen(sent)).toThrow(conflict);
    const settled = journal.settle(sent, { ...inclusion, succeeded: false }, { reason: 'Node not staked', nowMs: 9 });
    expect(settled.state).toMatchObject({ kind: 'reverted', reason: 'Node not staked' });
    expect(journal.settledFrom(account, 0)).toEqual([settled]);
    expect(journal.settledFrom(account, 1)).toEqual([]);
    expect(journal.reopen(settled).state).toEqual({ kind: 'sent' });
    expect(journal.open(account)).toHaveLength(1);
  });

  it('shows what delays a transaction until it moves on', () => {
    const entry = record('a', 0);
    journal.noteError(entry, 'CHAIN_UNREACHABLE: no');
    expect(journal.find('a')?.lastError).toBe('CHAIN_UNREACHABLE: no');
    expect(journal.markSent(entry).lastError).toBe('');
  });

  it('cannot be rewritten by any code', () => {
    record('a', 0);
    for (const sql of [
      'UPDATE chain_transactions SET nonce = 3',
      "UPDATE chain_transactions SET value_wei = '0'",
      'DELETE FROM chain_transactions',
      "UPDATE chain_attempts SET raw = '0x'",
      'DELETE FROM chain_attempts',
      "UPDATE chain_transactions SET state = 'succeeded'",
    ]) {
      expect(() => db.exec(sql)).toThrow();
    }
  });
});

describe('the identity of a chain', () => {
  it('is what was seen first; a first block may be added later, and never changes', () => {
    const identities = new StoredIdentities(db);
    expect(identities.find(1)).toBeNull();
    identities.pin({ chainId: 1, genesis: null });
    identities.pin({ chainId: 1, genesis: 'a' });
    identities.pin({ chainId: 1, genesis: 'b' });
    expect(identities.find(1)).toEqual({ chainId: 1, genesis: 'a' });
  });
});
