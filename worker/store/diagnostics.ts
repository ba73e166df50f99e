/** Reports of failed executions (RELAY_PROTOCOL 8.7): always stored, but sent only if the host wants it. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { commitmentField } from '../../protocol/wire/fields.ts';
import { readAll } from '../kit/database.ts';

const reportSchema = z.object({
  commitment: commitmentField,
  taskArgs: z.string(),
  errorType: z.string(),
  message: z.string(),
  stackTrace: z.string(),
  gpuCount: z.number(),
  gpuModel: z.string(),
  gpuVramMib: z.number(),
  executorMode: z.string(),
  capturedAtMs: z.number(),
});

/** RELAY_PROTOCOL 8.7. Times in epoch ms, VRAM in MiB per card. */
export type NodeErrorReport = Readonly<z.output<typeof reportSchema>>;

const rowSchema = z
  .object({
    id: z.number().int(),
    report: z.string().transform((text): NodeErrorReport => reportSchema.parse(JSON.parse(text))),
    attempts: z.number().int(),
    last_error: z.string(),
  })
  .transform((row) => ({ id: row.id, report: row.report, attempts: row.attempts, lastError: row.last_error }));
export type PendingDiagnostic = z.output<typeof rowSchema>;

export class Diagnostics {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Keeps the first report of a task, as the relay does. */
  add(report: NodeErrorReport): void {
    this.#db
      .prepare('INSERT OR IGNORE INTO diagnostics (commitment, report, captured_ms) VALUES (?, ?, ?)')
      .run(report.commitment, JSON.stringify(report), report.capturedAtMs);
  }

  /** Unsent reports, those with the fewest failures first, so that one bad report never blocks the others. */
  pending(limit: number): PendingDiagnostic[] {
    const sql = 'SELECT id, report, attempts, last_error FROM diagnostics WHERE sent_ms IS NULL ORDER BY attempts, id LIMIT ?';
    return readAll(this.#db, rowSchema, sql, limit);
  }

  markSent(id: number, nowMs: number): void {
    this.#db.prepare('UPDATE diagnostics SET sent_ms = ? WHERE id = ?').run(nowMs, id);
  }

  markFailed(id: number, error: string): void {
    this.#db.prepare('UPDATE diagnostics SET attempts = attempts + 1, last_error = ? WHERE id = ?').run(error, id);
  }
}
