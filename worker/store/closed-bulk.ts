/**
 * Large data of tasks that nothing needs any more: arguments and failure reports. Rows stay; the ledgers of scores and
 * money are never touched. A task that is open, may still become a case, or has an incomplete case keeps everything for
 * ever, within a size that a host's own tasks never reach, so that a network that floods a node cannot fill the disk.
 */
import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Hex } from '../../protocol/hex.ts';
import { inTransaction, readAll, readOne } from '../kit/database.ts';

export interface BulkLimits {
  /** Tasks closed before this date are emptied. */
  readonly beforeMs: number;
  /** Limit for the younger ones, of which the newest are kept. */
  readonly maxBytes: number;
  /** Limit for the records of cases; the oldest beyond it lose their arguments, except for the digest. */
  readonly maxCaseBytes: number;
}

const NOT_EVIDENCE = `NOT EXISTS (SELECT 1 FROM cases WHERE cases.commitment = tasks.commitment AND complete = 0)
  AND (EXISTS (SELECT 1 FROM cases WHERE cases.commitment = tasks.commitment)
    OR NOT (status = 'EndInvalidated' OR (status = 'EndAborted' AND abort_reason IN ('Timeout', 'ResultUploadTimeout'))))
  AND NOT EXISTS (SELECT 1 FROM executions WHERE executions.commitment = tasks.commitment AND outcome IS NULL)`;

/** A running task always keeps its arguments. */
const NOT_RUNNING = 'NOT EXISTS (SELECT 1 FROM executions WHERE executions.commitment = kept.commitment AND outcome IS NULL)';
/** The parts of a case that can be large and come only from the network. */
const CASE_BULK = ['$.task.taskArgs', '$.eventArgs'] as const;
const CASE_BULK_BYTES = 4_096;

const idSchema = z.object({ id: z.number().int() });

export class ClosedBulk {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Empties at most `limit` tasks and as many reports, oldest first; returns how many. */
  prune({ beforeMs, maxBytes, maxCaseBytes }: BulkLimits, limit: number): number {
    const tasks = readAll(
      this.#db,
      idSchema,
      `SELECT id FROM (SELECT id, commitment, status, abort_reason, closed_ms,
           sum(octet_length(task_args)) OVER (ORDER BY closed_ms DESC, id DESC) AS bytes
         FROM tasks WHERE closed_ms IS NOT NULL AND task_args <> '') AS tasks
       WHERE (closed_ms < ?1 OR bytes > ?2) AND ${NOT_EVIDENCE} ORDER BY closed_ms, id LIMIT ?3`,
      beforeMs,
      maxBytes,
      limit,
    );
    const kept = readAll(
      this.#db,
      idSchema,
      `SELECT id FROM (SELECT id, commitment, sum(octet_length(task_args)) OVER (ORDER BY id DESC) AS bytes FROM tasks
         WHERE task_args <> '' AND (closed_ms IS NULL OR NOT (${NOT_EVIDENCE}))) AS kept
       WHERE bytes > ?1 AND ${NOT_RUNNING} ORDER BY id LIMIT ?2`,
      maxBytes,
      limit,
    );
    const reports = readAll(
      this.#db,
      idSchema,
      `SELECT reports.id FROM (SELECT id, commitment, captured_ms,
           sum(octet_length(report)) OVER (ORDER BY captured_ms DESC, id DESC) AS bytes FROM diagnostics) AS reports
         JOIN tasks USING (commitment)
       WHERE closed_ms IS NOT NULL AND (captured_ms < ?1 OR bytes > ?2) AND ${NOT_EVIDENCE} ORDER BY captured_ms LIMIT ?3`,
      beforeMs,
      maxBytes,
      limit,
    );
    inTransaction(this.#db, () => {
      const empty = this.#db.prepare("UPDATE tasks SET task_args = '' WHERE id = ?");
      for (const { id } of [...tasks, ...kept]) empty.run(id);
      const remove = this.#db.prepare('DELETE FROM diagnostics WHERE id = ?');
      for (const { id } of reports) remove.run(id);
    });
    return tasks.length + kept.length + reports.length + this.#pruneCases(maxCaseBytes, limit);
  }

  #pruneCases(maxBytes: number, limit: number): number {
    const schema = z.object({ id: z.string(), path: z.string(), bulk: z.string() });
    const large = CASE_BULK.flatMap((path) => {
      const sql = `SELECT id, '${path}' AS path, json_extract(body, '${path}') AS bulk FROM (SELECT rowid AS row, id, body,
          sum(octet_length(body)) OVER (ORDER BY rowid DESC) AS bytes FROM cases)
        WHERE bytes > ?1 AND octet_length(body) > ?2 AND octet_length(json_extract(body, '${path}')) > ?2 ORDER BY row LIMIT ?3`;
      return readAll(this.#db, schema, sql, maxBytes, CASE_BULK_BYTES, limit);
    });
    inTransaction(this.#db, () => {
      const cut = this.#db.prepare('UPDATE cases SET body = json_set(body, ?2, ?3) WHERE id = ?1');
      for (const { id, path, bulk } of large) {
        const removed = { removed: `sha256:${createHash('sha256').update(bulk).digest('hex')}`, bytes: Buffer.byteLength(bulk) };
        cut.run(id, path, JSON.stringify(removed));
      }
    });
    return large.length;
  }

  /** What is stored now, to decide how much of it to keep. */
  sizes(): { readonly argsBytes: number; readonly reportBytes: number; readonly cases: number; readonly caseBytes: number } {
    const schema = z.object({ rows: z.number(), bytes: z.number() });
    const sum = (column: string, table: string) =>
      readOne(this.#db, schema, `SELECT count(*) AS rows, coalesce(sum(octet_length(${column})), 0) AS bytes FROM ${table}`) ?? {
        rows: 0,
        bytes: 0,
      };
    const cases = sum('body', 'cases');
    const [args, reports] = [sum('task_args', 'tasks'), sum('report', 'diagnostics')];
    return { argsBytes: args.bytes, reportBytes: reports.bytes, cases: cases.rows, caseBytes: cases.bytes };
  }

  /**
   * When a task whose result nobody needs was closed; null = its result stays, because the task is open or unknown, or
   * the result is evidence.
   */
  disposableSince(commitment: Hex): number | null {
    const sql = `SELECT closed_ms FROM tasks WHERE commitment = ? AND closed_ms IS NOT NULL AND ${NOT_EVIDENCE}
      AND NOT EXISTS (SELECT 1 FROM cases WHERE cases.commitment = tasks.commitment)`;
    return readOne(this.#db, z.object({ closed_ms: z.number() }), sql, commitment)?.closed_ms ?? null;
  }
}
