/**
 * Every transaction of this node, on disk before it is sent. The guarded steps are the edges of `TransactionState`;
 * any other throws CHAIN_JOURNAL_CONFLICT and changes nothing.
 */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Hex } from '../../../protocol/hex.ts';
import { inTransaction, readAll, readOne } from '../../kit/database.ts';
import { ChainError } from '../errors.ts';
import type { Attempt, Inclusion, Intent, JournalEntry, TransactionState } from './intent.ts';
import { attemptSchema, type JournalRow, rowSchema, stateOf, toJson } from './journal-rows.ts';

export interface Account {
  readonly chainId: number;
  readonly address: Hex;
}

type StateKind = TransactionState['kind'];

const OPEN = "state IN ('signed', 'sent', 'mined')";

export class TransactionJournal {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /**
   * Records an intent with its first signed transaction. From now on, the intent has this nonce for good.
   * @throws ChainError CHAIN_JOURNAL_CONFLICT if the ID or the nonce is taken.
   */
  record(input: {
    intent: Intent;
    account: Account;
    nonce: number;
    gasLimit: bigint;
    attempt: Attempt;
    nowMs: number;
  }): JournalEntry {
    const { intent, account } = input;
    return inTransaction(this.#db, () => {
      this.#run(
        `INSERT INTO chain_transactions (intent_id, kind, chain_id, account, nonce, to_address, data, value_wei, gas_limit,
          recorded_ms, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'signed')`,
        [
          intent.id,
          intent.kind,
          account.chainId,
          account.address,
          input.nonce,
          intent.to,
          intent.data,
          String(intent.valueWei),
          String(input.gasLimit),
          input.nowMs,
        ],
      );
      const entry = readOne(this.#db, z.object({ sequence: z.number() }), 'SELECT last_insert_rowid() AS sequence');
      this.#insertAttempt(entry?.sequence ?? 0, input.attempt);
      return this.#get(intent.id);
    });
  }

  /** Records another signed version of an open transaction. @throws ChainError CHAIN_JOURNAL_CONFLICT if it is settled. */
  addAttempt(entry: JournalEntry, attempt: Attempt): JournalEntry {
    return inTransaction(this.#db, () => {
      if (this.#get(entry.intent.id).state.kind !== 'sent')
        throw conflictError(entry, 'only a pending transaction can be replaced');
      this.#insertAttempt(entry.sequence, attempt);
      return this.#get(entry.intent.id);
    });
  }

  /** Called before every broadcast: from now on, it may have left this machine. */
  markSent(entry: JournalEntry): JournalEntry {
    return this.#move(entry, ['signed', 'sent'], { state: 'sent' });
  }

  /** A reorganisation removed it from the chain: it is pending again. */
  reopen(entry: JournalEntry): JournalEntry {
    return this.#move(entry, ['mined', 'succeeded', 'reverted'], { state: 'sent' });
  }

  markMined(entry: JournalEntry, inclusion: Inclusion): JournalEntry {
    return this.#move(entry, ['signed', 'sent', 'mined'], { state: 'mined', inclusion });
  }

  settle(entry: JournalEntry, inclusion: Inclusion, { reason, nowMs }: { reason: string; nowMs: number }): JournalEntry {
    const state = inclusion.succeeded ? 'succeeded' : 'reverted';
    return this.#move(entry, ['signed', 'sent', 'mined'], { state, inclusion, reason, settledMs: nowMs });
  }

  /** No node ever accepted it: its nonce is free again. */
  refuse(entry: JournalEntry, { reason, nowMs }: { reason: string; nowMs: number }): JournalEntry {
    return this.#move(entry, ['sent'], { state: 'refused', reason, settledMs: nowMs });
  }

  /** Someone else's transaction has its nonce. */
  lose(entry: JournalEntry, nowMs: number): JournalEntry {
    return this.#move(entry, ['signed', 'sent', 'mined'], { state: 'lost', settledMs: nowMs });
  }

  noteError(entry: JournalEntry, text: string): void {
    this.#db.prepare('UPDATE chain_transactions SET last_error = ? WHERE sequence = ?').run(text, entry.sequence);
  }

  find(intentId: string): JournalEntry | null {
    return this.#select('intent_id = ?', intentId)[0] ?? null;
  }

  /** Open transactions in the order in which the chain can execute them. */
  open(account: Account): JournalEntry[] {
    return this.#select(`chain_id = ? AND account = ? AND ${OPEN} ORDER BY nonce`, account.chainId, account.address);
  }

  /** Settled transactions with a nonce that the chain does not know if it has seen only `count`. */
  settledFrom(account: Account, count: number): JournalEntry[] {
    return this.#select(
      "chain_id = ? AND account = ? AND nonce >= ? AND state IN ('succeeded', 'reverted') ORDER BY nonce",
      account.chainId,
      account.address,
      count,
    );
  }

  /** What was settled after `sequence`, for a ledger; a reorganisation can reopen an entry. */
  settledAfter(sequence: number): JournalEntry[] {
    return this.#select('sequence > ? AND settled_ms IS NOT NULL ORDER BY sequence', sequence);
  }

  /** One more than the highest nonce in use; 0 for an account without transactions. */
  nextNonce(account: Account): number {
    const row = readOne(
      this.#db,
      z.object({ next: z.number() }),
      `SELECT coalesce(max(nonce), -1) + 1 AS next FROM chain_transactions
        WHERE chain_id = ? AND account = ? AND state NOT IN ('refused', 'lost')`,
      account.chainId,
      account.address,
    );
    return row?.next ?? 0;
  }

  #get(intentId: string): JournalEntry {
    const entry = this.find(intentId);
    if (entry === null) throw new ChainError('CHAIN_JOURNAL_CONFLICT', `there is no transaction ${intentId}`, { intentId });
    return entry;
  }

  #select(where: string, ...values: (string | number)[]): JournalEntry[] {
    return inTransaction(this.#db, () =>
      readAll(this.#db, rowSchema, `SELECT * FROM chain_transactions WHERE ${where}`, ...values).map((row) => this.#entry(row)),
    );
  }

  #entry(row: JournalRow): JournalEntry {
    const attempts = readAll(
      this.#db,
      attemptSchema,
      'SELECT hash, raw, fees, signed_ms FROM chain_attempts WHERE sequence = ? ORDER BY id',
      row.sequence,
    );
    const [first, ...replacements] = attempts;
    if (first === undefined) throw new ChainError('CHAIN_JOURNAL_CONFLICT', `${row.intent_id} has no signed transaction`);
    return {
      sequence: row.sequence,
      intent: { id: row.intent_id, kind: row.kind, to: row.to_address, data: row.data, valueWei: row.value_wei },
      chainId: row.chain_id,
      account: row.account,
      nonce: row.nonce,
      gasLimit: row.gas_limit,
      recordedMs: row.recorded_ms,
      attempts: [first, ...replacements],
      state: stateOf(row),
      lastError: row.last_error,
    };
  }

  #insertAttempt(sequence: number, { hash, raw, fees, signedMs }: Attempt): void {
    const values = [sequence, hash, raw, toJson(fees), signedMs];
    this.#run('INSERT INTO chain_attempts (sequence, hash, raw, fees, signed_ms) VALUES (?, ?, ?, ?, ?)', values);
  }

  /** One edge of the state graph. The condition is part of the write, so it holds whatever was read before. */
  #move(
    entry: JournalEntry,
    from: readonly StateKind[],
    to: { state: StateKind; inclusion?: Inclusion; reason?: string; settledMs?: number },
  ): JournalEntry {
    return inTransaction(this.#db, () => {
      const moved = this.#run(
        `UPDATE chain_transactions SET state = ?, inclusion = ?, reason = ?, settled_ms = ?, last_error = ''
          WHERE sequence = ? AND state IN (${from.map((state) => `'${state}'`).join(', ')})`,
        [
          to.state,
          to.inclusion === undefined ? null : toJson(to.inclusion),
          to.reason ?? '',
          to.settledMs ?? null,
          entry.sequence,
        ],
      );
      if (moved !== 1) throw conflictError(entry, `it cannot become ${to.state}`);
      return this.#get(entry.intent.id);
    });
  }

  /** @throws ChainError CHAIN_JOURNAL_CONFLICT if the schema forbids it. */
  #run(sql: string, values: readonly (string | number | null)[]): number {
    try {
      return Number(this.#db.prepare(sql).run(...values).changes);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ChainError('CHAIN_JOURNAL_CONFLICT', why, {}, { cause });
    }
  }
}

function conflictError({ intent, state }: JournalEntry, why: string): ChainError {
  const text = `transaction ${intent.id} (${state.kind}): ${why}`;
  return new ChainError('CHAIN_JOURNAL_CONFLICT', text, { intentId: intent.id, state: state.kind });
}
