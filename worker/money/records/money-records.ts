/**
 * What the sources reported about this node's money, verbatim. The ledger is written from these rows: a row that cannot
 * be booked yet waits here, and a difference can be explained by reports that were not booked.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { z } from 'zod';
import { inTransaction, readAll, readOne } from '../../kit/database.ts';
import { RELAY_LISTS } from '../../networks/relay/relay-account.ts';

/** In booking order. */
const RECORD_LISTS = [
  ...RELAY_LISTS,
  'delegationIncome',
  'opening',
  'stakingLog',
  /** Of a network whose tasks are on a chain. */
  'chainFlow',
  'slashEvent',
  'transaction',
] as const;
export type RecordList = (typeof RECORD_LISTS)[number];

export interface ReportedRecord {
  /** Unique in its list. */
  readonly key: string;
  /** Order within the list. */
  readonly position: number;
  readonly value: unknown;
}

const rowSchema = z
  .object({
    list: z.enum(RECORD_LISTS),
    key: z.string(),
    position: z.number(),
    json: z.string(),
    posted: z.string().nullable(),
    problem: z.string(),
    observed_ms: z.number(),
  })
  .transform((row) => ({
    list: row.list,
    key: row.key,
    position: row.position,
    json: row.json,
    /** The text that the ledger has booked; null = nothing yet. */
    posted: row.posted,
    /** Why it was not booked, or how it contradicts the ledger; empty = no problem. */
    problem: row.problem,
    observedMs: row.observed_ms,
  }));
export type MoneyRecord = z.output<typeof rowSchema>;

const UNPOSTED = 'posted IS NOT json';
const PAGE = 500;

export class MoneyRecords {
  readonly #db: DatabaseSync;
  readonly #put: StatementSync;
  readonly #mark: StatementSync;
  readonly #count: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#put = db.prepare(
      `INSERT INTO money_records (list, key, position, json, observed_ms) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (list, key) DO UPDATE SET json = excluded.json, observed_ms = excluded.observed_ms
        WHERE json <> excluded.json`,
    );
    this.#count = db.prepare('SELECT records FROM money_record_counts WHERE list = ?');
    this.#mark = db.prepare('UPDATE money_records SET posted = ?, problem = ? WHERE list = ? AND key = ?');
  }

  /**
   * @returns how many of them are new. A changed record replaces its previous version; `posted` keeps the version that
   * was booked.
   */
  put(list: RecordList, reported: readonly ReportedRecord[], nowMs: number): number {
    return inTransaction(this.#db, () => {
      const before = this.count(list);
      for (const { key, position, value } of reported) {
        this.#put.run(list, key, position, JSON.stringify(value), Math.trunc(nowMs));
      }
      return this.count(list) - before;
    });
  }

  find(list: RecordList, key: string): MoneyRecord | null {
    return readOne(this.#db, rowSchema, 'SELECT * FROM money_records WHERE list = ? AND key = ?', list, key);
  }

  all(list: RecordList, { afterPosition = Number.MIN_SAFE_INTEGER } = {}): MoneyRecord[] {
    const sql = 'SELECT * FROM money_records WHERE list = ? AND position > ? ORDER BY position, key';
    return readAll(this.#db, rowSchema, sql, list, afterPosition);
  }

  /** All records of a list, one page at a time. */
  *pages(list: RecordList): Generator<readonly MoneyRecord[]> {
    let after = '';
    for (;;) {
      const sql = 'SELECT * FROM money_records WHERE list = ? AND key > ? ORDER BY key LIMIT ?';
      const page = readAll(this.#db, rowSchema, sql, list, after, PAGE);
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      after = last.key;
    }
  }

  /** Records that the ledger does not contain yet, in order. */
  unposted(list: RecordList, { afterPosition = -1, limit = 1_000 } = {}): MoneyRecord[] {
    const sql = `SELECT * FROM money_records WHERE list = ? AND ${UNPOSTED} AND position > ? ORDER BY position, key LIMIT ?`;
    return readAll(this.#db, rowSchema, sql, list, afterPosition, limit);
  }

  /** Not posted, or contradictory. */
  withProblem(): MoneyRecord[] {
    const sql = `SELECT * FROM money_records WHERE ${UNPOSTED}
      UNION SELECT * FROM money_records WHERE problem <> '' ORDER BY list, position, key`;
    return readAll(this.#db, rowSchema, sql);
  }

  count(list: RecordList): number {
    return Number(this.#count.get(list)?.records ?? 0);
  }

  newestPosition(list: RecordList): number {
    const sql = 'SELECT max(position) AS newest FROM money_records WHERE list = ?';
    return Number(this.#db.prepare(sql).get(list)?.newest ?? 0);
  }

  markPosted({ list, key, json }: MoneyRecord, problem = ''): void {
    this.#mark.run(json, problem, list, key);
  }

  setProblem({ list, key }: MoneyRecord, problem: string): void {
    this.#db.prepare('UPDATE money_records SET problem = ? WHERE list = ? AND key = ?').run(problem, list, key);
  }
}
