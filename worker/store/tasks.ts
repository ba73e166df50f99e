/** Tasks as the network reported them, every observed transition, and what this node did. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Hex } from '../../protocol/hex.ts';
import { ABORT_REASON, TASK_ERROR, TASK_STATUSES, TASK_TYPE, type TaskStatus } from '../../protocol/tasks/status.ts';
import { commitmentField, weiField } from '../../protocol/wire/fields.ts';
import type { RemoteTask } from '../../protocol/wire/task.ts';
import { inRelaxedTransaction, readAll, readOne } from '../kit/database.ts';
import { WorkerError } from '../kit/errors.ts';
import { jsonColumn } from '../kit/json-column.ts';
import { observedSteps } from './observed-steps.ts';

const nameEnum = <Name extends string>(table: Record<Name, number>) => z.enum(Object.keys(table) as [Name, ...Name[]]);

export const taskRowSchema = z
  .object({
    id: z.number().int(),
    commitment: commitmentField,
    sequence: z.number().int(),
    type: nameEnum(TASK_TYPE),
    model_ids: jsonColumn(z.array(z.string())),
    task_args: z.string(),
    fee_wei: weiField,
    timeout_seconds: z.number(),
    status: z.enum(TASK_STATUSES),
    remote_score: z.string(),
    abort_reason: nameEnum(ABORT_REASON),
    task_error: nameEnum(TASK_ERROR),
    start_time_ms: z.number().nullable(),
    first_seen_ms: z.number(),
    upload_refusals: z.number().int(),
    uploaded_ms: z.number().nullable(),
    closed_ms: z.number().nullable(),
    closed_as: z.string().nullable(),
    payment_wei: weiField.nullable(),
    min_vram_gib: z.number().int().nullable(),
  })
  .transform((row) => ({
    id: row.id,
    commitment: row.commitment,
    sequence: row.sequence,
    type: row.type,
    modelIds: row.model_ids,
    taskArgs: row.task_args,
    feeWei: row.fee_wei,
    timeoutSeconds: row.timeout_seconds,
    /** The last status that the network reported. */
    status: row.status,
    remoteScore: row.remote_score,
    abortReason: row.abort_reason,
    taskError: row.task_error,
    startTimeMs: row.start_time_ms,
    firstSeenMs: row.first_seen_ms,
    uploadRefusals: row.upload_refusals,
    uploadedMs: row.uploaded_ms,
    closedMs: row.closed_ms,
    closedAs: row.closed_as,
    /** Wei credited to this node, null while unknown. */
    paymentWei: row.payment_wei,
    /** The application's requirement; null for a task from an older version of this program. */
    minVramGib: row.min_vram_gib,
  }));
export type StoredTask = z.output<typeof taskRowSchema>;

const TRANSITION_SOURCES = ['relay', 'event', 'local'] as const;
export type TransitionSource = (typeof TRANSITION_SOURCES)[number];

const transitionSchema = z
  .object({
    status: z.enum(TASK_STATUSES),
    at_ms: z.number(),
    source: z.enum(TRANSITION_SOURCES),
    evidence: z.string(),
  })
  .transform((row) => ({ status: row.status, atMs: row.at_ms, source: row.source, evidence: row.evidence }));
export type StoredTransition = z.output<typeof transitionSchema>;

const alarmSchema = z
  .object({ code: z.string(), message: z.string(), at_ms: z.number() })
  .transform((row) => ({ code: row.code, message: row.message, atMs: row.at_ms }));
export type Alarm = z.output<typeof alarmSchema>;

const latestSchema = z.object({ ms: z.number().nullable() });

export class Tasks {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  find(commitment: Hex): StoredTask | null {
    return readOne(this.#db, taskRowSchema, 'SELECT * FROM tasks WHERE commitment = ?', commitment);
  }

  /** @throws WorkerError STORE_UNKNOWN_TASK */
  get(commitment: Hex): StoredTask {
    const task = this.find(commitment);
    if (task === null) throw new WorkerError('STORE_UNKNOWN_TASK', `task ${commitment} is not in the store`, { commitment });
    return task;
  }

  /** Tasks that may still need something, oldest first. */
  open(): StoredTask[] {
    return readAll(this.#db, taskRowSchema, 'SELECT * FROM tasks WHERE closed_ms IS NULL ORDER BY id');
  }

  /** When the latest ended task with an unknown payment was closed; null if there is none. */
  latestUnsettledMs(): number | null {
    const sql = 'SELECT max(closed_ms) AS ms FROM tasks WHERE closed_ms IS NOT NULL AND payment_wei IS NULL';
    return readOne(this.#db, latestSchema, sql)?.ms ?? null;
  }

  /** Stores the network's current report, and each transition it proves. Returns true if the status has changed. */
  observe(task: RemoteTask, nowMs: number): boolean {
    return inRelaxedTransaction(this.#db, () => {
      const before = this.find(task.commitment);
      this.#db
        .prepare(
          `INSERT INTO tasks (commitment, sequence, type, model_ids, task_args, fee_wei, timeout_seconds, status, remote_score,
             abort_reason, task_error, start_time_ms, first_seen_ms, min_vram_gib)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (commitment) DO UPDATE SET timeout_seconds = excluded.timeout_seconds, status = excluded.status,
             remote_score = excluded.remote_score, abort_reason = excluded.abort_reason, task_error = excluded.task_error,
             start_time_ms = excluded.start_time_ms, min_vram_gib = excluded.min_vram_gib,
             task_args = CASE task_args WHEN '' THEN excluded.task_args ELSE task_args END`,
        )
        .run(
          task.commitment,
          task.sequence,
          task.type,
          JSON.stringify(task.modelIds),
          task.taskArgs,
          String(task.feeWei),
          task.timeoutSeconds,
          task.status,
          task.score,
          task.abortReason,
          task.error,
          task.startTimeMs,
          nowMs,
          task.minVramGib,
        );
      for (const step of observedSteps(task, nowMs)) this.addTransition(task.commitment, { ...step, source: 'relay' });
      return before?.status !== task.status;
    });
  }

  transitions(commitment: Hex): StoredTransition[] {
    const sql = 'SELECT status, at_ms, source, evidence FROM transitions WHERE commitment = ? ORDER BY at_ms, id';
    return readAll(this.#db, transitionSchema, sql, commitment);
  }

  /** One row per status and source; repetitions are ignored. Returns true if it is new. */
  addTransition(
    commitment: Hex,
    step: { status: TaskStatus; atMs: number; source: TransitionSource; evidence: string },
  ): boolean {
    const { changes } = inRelaxedTransaction(this.#db, () =>
      this.#db
        .prepare('INSERT OR IGNORE INTO transitions (commitment, status, at_ms, source, evidence) VALUES (?, ?, ?, ?, ?)')
        .run(commitment, step.status, Math.trunc(step.atMs), step.source, step.evidence),
    );
    return Number(changes) > 0;
  }

  markUploaded(commitment: Hex, nowMs: number): void {
    this.#db.prepare('UPDATE tasks SET uploaded_ms = ? WHERE commitment = ? AND uploaded_ms IS NULL').run(nowMs, commitment);
  }

  countUploadRefusal(commitment: Hex): void {
    this.#db.prepare('UPDATE tasks SET upload_refusals = upload_refusals + 1 WHERE commitment = ?').run(commitment);
  }

  close(commitment: Hex, closedAs: string, nowMs: number): void {
    this.#db
      .prepare('UPDATE tasks SET closed_ms = ?, closed_as = ? WHERE commitment = ? AND closed_ms IS NULL')
      .run(nowMs, closedAs, commitment);
  }

  /**
   * The end of a closed task was reverted. Everything this node has done about it stays: executions, verdict, files.
   * Its payment is unknown again.
   * @throws WorkerError TASK_NOT_CLOSED, STORE_UNKNOWN_TASK
   */
  reopen(commitment: Hex): void {
    const { closedMs } = this.get(commitment);
    if (closedMs === null) throw new WorkerError('TASK_NOT_CLOSED', `task ${commitment} is open already`, { commitment });
    this.#db
      .prepare('UPDATE tasks SET closed_ms = NULL, closed_as = NULL, payment_wei = NULL WHERE commitment = ?')
      .run(commitment);
  }

  /** Only the first payment counts. Returns true if it was new. */
  setPayment(commitment: Hex, paymentWei: bigint): boolean {
    const sql = 'UPDATE tasks SET payment_wei = ? WHERE commitment = ? AND payment_wei IS NULL';
    return this.#db.prepare(sql).run(String(paymentWei), commitment).changes > 0;
  }

  alarms(commitment: Hex): Alarm[] {
    return readAll(
      this.#db,
      alarmSchema,
      'SELECT code, message, at_ms FROM alarms WHERE commitment = ? ORDER BY at_ms',
      commitment,
    );
  }

  raiseAlarm(commitment: Hex, alarm: Alarm): void {
    this.#db
      .prepare('INSERT OR IGNORE INTO alarms (commitment, code, message, at_ms) VALUES (?, ?, ?, ?)')
      .run(commitment, alarm.code, alarm.message, alarm.atMs);
  }
}
