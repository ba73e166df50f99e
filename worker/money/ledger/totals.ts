/**
 * Running totals of the ledger by day and label. A query about months of money reads a few thousand of these rows
 * instead of every entry. They change in the transaction that writes the entry, and can be rebuilt from the entries.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { readAll } from '../../kit/database.ts';
import { MoneyError } from '../errors.ts';
import { type LedgerEntry, type LedgerKind, legsOf, OWN_ACCOUNTS, type OwnAccount } from './entry.ts';
import { entryRowSchema, type LedgerTotal, signedWei, totalRowSchema } from './rows.ts';

export const DAY_MS = 86_400_000;

/** UTC day of a time, as days since the epoch. */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

export interface TotalsFilter {
  readonly account?: OwnAccount;
  readonly kinds?: readonly LedgerKind[];
  /** UTC days, both inclusive. */
  readonly fromDay?: number;
  readonly toDay?: number;
}

type Key = readonly [account: string, day: number, kind: string, taskType: string, model: string, gpu: string];

interface Sum {
  readonly key: Key;
  wei: bigint;
  entries: number;
}

const PAGE = 1_000;

export class Totals {
  readonly #db: DatabaseSync;
  readonly #find: StatementSync;
  readonly #write: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#find = db.prepare(
      `SELECT wei FROM ledger_totals
        WHERE account = ? AND day = ? AND kind = ? AND task_type = ? AND model = ? AND gpu = ?`,
    );
    this.#write = db.prepare(
      `INSERT INTO ledger_totals (account, day, kind, task_type, model, gpu, wei, entries) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET wei = excluded.wei, entries = entries + excluded.entries`,
    );
  }

  /** Call this in the transaction that inserts the entries. */
  add(entries: readonly LedgerEntry[]): void {
    for (const { key, wei, entries: count } of sumsOf(entries).values()) {
      const before = this.#find.get(...key)?.wei;
      this.#write.run(...key, String(wei + (before === undefined ? 0n : signedWei.parse(before))), count);
    }
  }

  select({ account, kinds, fromDay, toDay }: TotalsFilter = {}): LedgerTotal[] {
    const accounts = account === undefined ? '' : 'AND account = ?';
    const kindList = kinds === undefined ? '' : `AND kind IN (${kinds.map(() => '?').join(', ')})`;
    return readAll(
      this.#db,
      totalRowSchema,
      `SELECT * FROM ledger_totals WHERE day BETWEEN ? AND ? ${accounts} ${kindList} ORDER BY day`,
      fromDay ?? Number.MIN_SAFE_INTEGER,
      toDay ?? Number.MAX_SAFE_INTEGER,
      ...(account === undefined ? [] : [account]),
      ...(kinds ?? []),
    );
  }

  /** Checks quickly whether the number of entry sides in the totals is right. */
  missing(): MoneyError | null {
    const own = OWN_ACCOUNTS.map((account) => `'${account}'`).join(', ');
    const count = (sql: string) => Number(this.#db.prepare(sql).get()?.n ?? 0);
    const sides = count(`SELECT sum((from_account IN (${own})) + (to_account IN (${own}))) AS n FROM ledger_entries`);
    const summed = count('SELECT sum(entries) AS n FROM ledger_totals');
    if (summed === sides) return null;
    return new MoneyError('MONEY_TOTALS_BROKEN', `${summed} sides of entries are summed, there are ${sides}`, { summed, sides });
  }

  /** @throws MoneyError MONEY_TOTALS_BROKEN unless every row is the sum of its entries. */
  audit(): void {
    const wanted = this.#recomputed();
    const rows = this.select();
    for (const { day, account, kind, labels, wei, entries } of rows) {
      const key = keyOf(account, day, kind, labels);
      const sum = wanted.get(key.join('\n'));
      if (sum?.wei !== wei || sum.entries !== entries) {
        const text = `${account} on day ${day}, ${kind}: ${wei} wei in ${entries} entries instead of ${sum?.wei ?? 0n} in ${sum?.entries ?? 0}`;
        throw new MoneyError('MONEY_TOTALS_BROKEN', text, { account, day, kind });
      }
    }
    if (rows.length !== wanted.size) {
      throw new MoneyError('MONEY_TOTALS_BROKEN', `${rows.length} rows instead of ${wanted.size}`, { rows: rows.length });
    }
  }

  /** Recomputes all totals; call inside a transaction. */
  rebuild(): void {
    this.#db.exec('DELETE FROM ledger_totals');
    for (const page of this.#pages()) this.add(page);
  }

  #recomputed(): Map<string, Sum> {
    const sums = new Map<string, Sum>();
    for (const page of this.#pages()) sumsOf(page, sums);
    return sums;
  }

  *#pages(): Generator<readonly LedgerEntry[]> {
    let after = 0;
    for (;;) {
      const sql = 'SELECT * FROM ledger_entries WHERE id > ? ORDER BY id LIMIT ?';
      const page = readAll(this.#db, entryRowSchema, sql, after, PAGE);
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      after = last.id;
    }
  }
}

function keyOf(account: OwnAccount, day: number, kind: LedgerKind, labels: LedgerEntry['labels']): Key {
  return [account, day, kind, labels.taskType ?? '', labels.model ?? '', labels.gpu ?? ''];
}

function sumsOf(entries: readonly LedgerEntry[], sums = new Map<string, Sum>()): Map<string, Sum> {
  for (const entry of entries) {
    for (const leg of legsOf(entry)) {
      const key = keyOf(leg.account, dayOf(entry.atMs), entry.kind, entry.labels);
      const name = key.join('\n');
      const sum = sums.get(name) ?? { key, wei: 0n, entries: 0 };
      sum.wei += leg.wei;
      sum.entries += 1;
      sums.set(name, sum);
    }
  }
  return sums;
}
