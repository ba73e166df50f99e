/** Executions of tasks by the engine: at most one per engine lifetime, none after a verdict (law 3). */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Hex } from '../../protocol/hex.ts';
import { readAll } from '../kit/database.ts';
import { WorkerError, type WorkerErrorCode } from '../kit/errors.ts';
import { isConstraint } from '../kit/store-failure.ts';

const EXECUTION_OUTCOMES = ['scored', 'invalid', 'failed', 'cancelled'] as const;
export type ExecutionOutcome = (typeof EXECUTION_OUTCOMES)[number];

/** The error shown to a host for an execution that did not end in a score. */
export const EXECUTION_ERROR_CODES = {
  invalid: 'TASK_INVALID',
  failed: 'EXECUTION_FAILED',
  cancelled: 'EXECUTION_CANCELLED',
} as const satisfies Readonly<Record<Exclude<ExecutionOutcome, 'scored'>, WorkerErrorCode>>;

const rowSchema = z
  .object({
    attempt: z.number().int(),
    lifetime: z.string(),
    started_ms: z.number(),
    ended_ms: z.number().nullable(),
    outcome: z.enum(EXECUTION_OUTCOMES).nullable(),
    detail: z.string(),
  })
  .transform((row) => ({
    attempt: row.attempt,
    lifetime: row.lifetime,
    startedMs: row.started_ms,
    endedMs: row.ended_ms,
    outcome: row.outcome,
    detail: row.detail,
  }));
export type Execution = z.output<typeof rowSchema>;

export class Executions {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  of(commitment: Hex): Execution[] {
    return readAll(this.#db, rowSchema, 'SELECT * FROM executions WHERE commitment = ? ORDER BY attempt', commitment);
  }

  /** Records that an execution starts now; returns its number, from 1. @throws WorkerError EXECUTION_REFUSED (law 3). */
  begin(commitment: Hex, lifetime: string, nowMs: number): number {
    const attempt = this.of(commitment).length + 1;
    try {
      this.#db
        .prepare('INSERT INTO executions (commitment, attempt, lifetime, started_ms) VALUES (?, ?, ?, ?)')
        .run(commitment, attempt, lifetime, nowMs);
      return attempt;
    } catch (cause) {
      if (!isConstraint(cause)) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new WorkerError(
        'EXECUTION_REFUSED',
        `${commitment} must not run: ${why}`,
        { commitment, lifetime, attempt },
        { cause },
      );
    }
  }

  /** Records how the running execution ended. @throws WorkerError LEDGER_CONFLICT if the task has a different verdict. */
  end(commitment: Hex, end: { outcome: ExecutionOutcome; detail: string; nowMs: number }): void {
    try {
      this.#db
        .prepare('UPDATE executions SET outcome = ?, detail = ?, ended_ms = ? WHERE commitment = ? AND outcome IS NULL')
        .run(end.outcome, end.detail, end.nowMs, commitment);
    } catch (cause) {
      if (!isConstraint(cause)) throw cause;
      throw new WorkerError('LEDGER_CONFLICT', `${commitment} has another verdict`, { commitment }, { cause });
    }
  }

  /** Called once after opening: executions that the table shows as running ended with their process. */
  cancelInterrupted(nowMs: number): number {
    const detail = 'the worker process ended during the execution';
    return Number(
      this.#db
        .prepare("UPDATE executions SET outcome = 'cancelled', detail = ?, ended_ms = ? WHERE outcome IS NULL")
        .run(detail, nowMs).changes,
    );
  }
}
