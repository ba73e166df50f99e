/**
 * What closed tasks leave behind that is large and that nothing needs: arguments and reports of failures. Rows stay; the
 * ledgers of scores and money are never touched. A task that may still become a case, or whose case is not complete,
 * keeps everything.
 */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Hex } from '../../protocol/hex.ts';
import { inTransaction, readAll, readOne } from './database.ts';

export interface BulkLimits {
  /** Closed before this date. */
  readonly beforeMs: number;
  /** Of all that is younger, the newest. */
  readonly maxBytes: number;
}

const NOT_EVIDENCE = `NOT EXISTS (SELECT 1 FROM cases WHERE cases.commitment = tasks.commitment AND complete = 0)
  AND (EXISTS (SELECT 1 FROM cases WHERE cases.commitment = tasks.commitment)
    OR NOT (status = 'EndInvalidated' OR (status = 'EndAborted' AND abort_reason IN ('Timeout', 'ResultUploadTimeout'))))
  AND NOT EXISTS (SELECT 1 FROM executions WHERE executions.commitment = tasks.commitment AND outcome IS NULL)`;

const idSchema = z.object({ id: z.number().int() });

export class ClosedBulk {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Empties at most `limit` tasks and as many reports, the oldest first; returns how many. */
  prune({ beforeMs, maxBytes }: BulkLimits, limit: number): number {
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
      for (const { id } of tasks) empty.run(id);
      const remove = this.#db.prepare('DELETE FROM diagnostics WHERE id = ?');
      for (const { id } of reports) remove.run(id);
    });
    return tasks.length + reports.length;
  }

  /** When a task was closed whose result nobody needs; null = its result stays: it is open, unknown, or evidence. */
  disposableSince(commitment: Hex): number | null {
    const sql = `SELECT closed_ms FROM tasks WHERE commitment = ? AND closed_ms IS NOT NULL AND ${NOT_EVIDENCE}
      AND NOT EXISTS (SELECT 1 FROM cases WHERE cases.commitment = tasks.commitment)`;
    return readOne(this.#db, z.object({ closed_ms: z.number() }), sql, commitment)?.closed_ms ?? null;
  }
}
