/**
 * The ledger: every movement of the node's money, once, for good. A source that repeats itself changes nothing, in any
 * order; a report that contradicts an earlier one is stored beside the ledger as an alarm and never counted.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Hex } from '../../../protocol/hex.ts';
import { inTransaction, readAll, readOne } from '../../kit/database.ts';
import { MoneyError } from '../errors.ts';
import { type Account, assertEntry, type LedgerEntry, type LedgerKind, type OwnAccount, type RecordedEntry } from './entry.ts';
import { conflictRowSchema, entryRowSchema, type LedgerConflict } from './rows.ts';
import { Totals } from './totals.ts';

export type Recording =
  | { readonly kind: 'recorded' }
  /** The same movement was recorded before. */
  | { readonly kind: 'known' }
  | { readonly kind: 'conflict'; readonly error: MoneyError };

export interface EntryQuery {
  readonly limit: number;
  /** ID of the last entry of the previous page; null for the first page. */
  readonly after: number | null;
  readonly order?: 'newestFirst' | 'oldestFirst';
  readonly account?: Account | undefined;
  readonly kinds?: readonly LedgerKind[] | undefined;
  /** Epoch ms, inclusive. */
  readonly fromMs?: number | undefined;
  /** Epoch ms, exclusive. */
  readonly toMs?: number | undefined;
}

const CONFLICTS = `SELECT c.*, e.from_account AS recorded_from, e.to_account AS recorded_to, e.wei AS recorded_wei
  FROM ledger_conflicts c JOIN ledger_entries e ON e.source = c.source`;

export class Ledger {
  readonly totals: Totals;
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.totals = new Totals(db);
    this.#insert = db.prepare(
      `INSERT INTO ledger_entries (source, kind, from_account, to_account, wei, at_ms, observed_ms, task, tx, record,
        task_type, model, gpu) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source) DO NOTHING`,
    );
  }

  /** Atomic, totals included. @throws MoneyError MONEY_BAD_ENTRY: nothing is written then. */
  record(entries: readonly LedgerEntry[], nowMs: number): Recording[] {
    for (const entry of entries) assertEntry(entry);
    return inTransaction(this.#db, () => {
      const added: LedgerEntry[] = [];
      const recordings = entries.map((entry): Recording => {
        if (this.#insertNew(entry, nowMs)) {
          added.push(entry);
          return { kind: 'recorded' };
        }
        return this.#recordRepeat(entry, nowMs);
      });
      this.totals.add(added);
      return recordings;
    });
  }

  find(source: string): RecordedEntry | null {
    return readOne(this.#db, entryRowSchema, 'SELECT * FROM ledger_entries WHERE source = ?', source);
  }

  /** Balance of an account according to the entries, in wei. */
  balanceWei(account: OwnAccount): bigint {
    return this.totals.select({ account }).reduce((sum, { wei }) => sum + wei, 0n);
  }

  /** Every entry about a task, oldest first. */
  ofTask(task: Hex): RecordedEntry[] {
    return readAll(this.#db, entryRowSchema, 'SELECT * FROM ledger_entries WHERE task = ? ORDER BY at_ms, id', task);
  }

  page({ limit, after, order = 'newestFirst', account, kinds, fromMs, toMs }: EntryQuery): RecordedEntry[] {
    const [compare, direction] = order === 'newestFirst' ? ['<', 'DESC'] : ['>', 'ASC'];
    const where = ['at_ms >= ?', 'at_ms < ?'];
    const values: (string | number)[] = [fromMs ?? Number.MIN_SAFE_INTEGER, toMs ?? Number.MAX_SAFE_INTEGER];
    if (after !== null) {
      where.push(`(at_ms, id) ${compare} (SELECT at_ms, id FROM ledger_entries WHERE id = ?)`);
      values.push(after);
    }
    if (account !== undefined) {
      where.push('? IN (from_account, to_account)');
      values.push(account);
    }
    if (kinds !== undefined) {
      where.push(`kind IN (${kinds.map(() => '?').join(', ')})`);
      values.push(...kinds);
    }
    const sql = `SELECT * FROM ledger_entries WHERE ${where.join(' AND ')} ORDER BY at_ms ${direction}, id ${direction} LIMIT ?`;
    return readAll(this.#db, entryRowSchema, sql, ...values, limit);
  }

  count(): number {
    return Number(this.#db.prepare('SELECT count(*) AS n FROM ledger_entries').get()?.n ?? 0);
  }

  /** Oldest first. */
  conflicts(): LedgerConflict[] {
    return readAll(this.#db, conflictRowSchema, `${CONFLICTS} ORDER BY c.id`);
  }

  /**
   * Rebuilds the totals if some are missing or too many. {@link Totals.audit} finds everything else, but reads every
   * entry and takes a while.
   * @returns what was wrong, or null
   */
  repairTotals(): MoneyError | null {
    const problem = this.totals.missing();
    if (problem !== null) inTransaction(this.#db, () => this.totals.rebuild());
    return problem;
  }

  /** Writes the entry unless its source is already recorded. */
  #insertNew(entry: LedgerEntry, nowMs: number): boolean {
    const { labels } = entry;
    const { changes } = this.#insert.run(
      entry.source,
      entry.kind,
      entry.from,
      entry.to,
      String(entry.wei),
      entry.atMs,
      Math.trunc(nowMs),
      entry.task,
      entry.tx,
      entry.record,
      labels.taskType,
      labels.model,
      labels.gpu,
    );
    return changes === 1;
  }

  #recordRepeat(entry: LedgerEntry, nowMs: number): Recording {
    const { source, kind, from, to, wei, atMs } = entry;
    const present = this.find(source);
    if (present?.from === from && present.to === to && present.wei === wei) return { kind: 'known' };
    this.#db
      .prepare(
        `INSERT INTO ledger_conflicts (source, kind, from_account, to_account, wei, at_ms, observed_ms)
          VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      )
      .run(source, kind, from, to, String(wei), atMs, Math.trunc(nowMs));
    const text = `${source}: recorded as ${present?.wei} wei from ${present?.from} to ${present?.to}, now reported as ${wei} wei from ${from} to ${to}`;
    const error = new MoneyError('MONEY_LEDGER_CONFLICT', text, {
      source,
      recordedWei: String(present?.wei),
      offeredWei: String(wei),
    });
    return { kind: 'conflict', error };
  }
}
