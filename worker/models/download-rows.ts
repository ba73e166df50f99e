/** Recorded downloads, and who wants them. Use only inside {@link StoreFile.change}. */
import { z } from 'zod';
import {
  DOWNLOAD_PURPOSES,
  type DownloadPurpose,
  MODEL_ENGINES,
  type ModelKey,
  profileMarkSchema,
  taskTypeSchema,
} from '../../contract/models.ts';
import { errorViewSchema } from '../../contract/worker-channel.ts';
import type { SerialisedError } from '../../protocol/errors.ts';
import type { TaskType } from '../../protocol/tasks/status.ts';
import { assertDownloadMove, DOWNLOAD_STATES, type DownloadStateKind, isRunning, retryAtMs } from './download-state.ts';
import { ModelStoreError } from './errors.ts';
import { keyText } from './model-key.ts';
import type { FetchProgress } from './sources/source.ts';
import type { StoreFile } from './store-file.ts';

const rowSchema = z
  .object({
    engine: z.enum(MODEL_ENGINES),
    model_id: z.string(),
    task_type: taskTypeSchema,
    state: z.enum(DOWNLOAD_STATES as [DownloadStateKind, ...DownloadStateKind[]]),
    bytes: z.number(),
    total: z.number().nullable(),
    bytes_per_second: z.number(),
    failures: z.number(),
    retry_at_ms: z.number().nullable(),
    error: z
      .string()
      .transform((text) => errorViewSchema.parse(JSON.parse(text)))
      .nullable(),
    created_at_ms: z.number(),
    session_id: z.string().nullable(),
    profile: profileMarkSchema.shape.profile.nullable(),
    pid: profileMarkSchema.shape.pid.nullable(),
  })
  .transform((row) => ({
    engine: row.engine,
    modelId: row.model_id,
    taskType: row.task_type,
    state: row.state,
    bytes: row.bytes,
    total: row.total,
    bytesPerSecond: row.bytes_per_second,
    failures: row.failures,
    retryAtMs: row.retry_at_ms,
    error: row.error,
    createdAtMs: row.created_at_ms,
    /** The process that is working on it. */
    holder: row.session_id,
    by: row.profile === null || row.pid === null ? null : { profile: row.profile, pid: row.pid },
  }));
export type DownloadRow = z.output<typeof rowSchema>;

const wantSchema = z
  .object({
    engine: z.enum(MODEL_ENGINES),
    model_id: z.string(),
    profile: z.string(),
    purpose: z.enum(DOWNLOAD_PURPOSES),
    session_id: z.string().nullable(),
  })
  .transform(({ model_id, session_id, ...rest }) => ({ ...rest, modelId: model_id, session: session_id }));
export type Want = z.output<typeof wantSchema>;

const SELECT = `SELECT downloads.*, profile, pid FROM downloads LEFT JOIN sessions ON sessions.id = downloads.session_id`;
const WHERE_KEY = 'WHERE engine = ? AND model_id = ?';

export class DownloadRows {
  readonly #file: StoreFile;

  constructor(file: StoreFile) {
    this.#file = file;
  }

  all(): DownloadRow[] {
    return this.#file.all(rowSchema, `${SELECT} ORDER BY created_at_ms, engine, model_id`);
  }

  find({ engine, modelId }: ModelKey): DownloadRow | null {
    return this.#file.one(rowSchema, `${SELECT} ${WHERE_KEY}`, engine, modelId);
  }

  /** @throws ModelStoreError MODEL_NOT_FOUND */
  get(key: ModelKey): DownloadRow {
    const row = this.find(key);
    if (row === null) throw new ModelStoreError('MODEL_NOT_FOUND', `there is no download of ${key.modelId}`, { ...key });
    return row;
  }

  add({ engine, modelId }: ModelKey, taskType: TaskType, nowMs: number): void {
    const sql = "INSERT INTO downloads (engine, model_id, task_type, state, created_at_ms) VALUES (?, ?, ?, 'queued', ?)";
    this.#file.run(sql, engine, modelId, taskType, nowMs);
  }

  /** queued → downloading, by this process. */
  begin(key: ModelKey): void {
    this.#move(key, 'downloading', { holder: this.#file.session });
  }

  /** Records progress of a download of this process. Returns false if it was paused or cancelled meanwhile. */
  progress(key: ModelKey, state: 'downloading' | 'verifying', { bytes, total, bytesPerSecond }: FetchProgress): boolean {
    const sql = `UPDATE downloads SET state = ?, bytes = ?, total = ?, bytes_per_second = ? ${WHERE_KEY} AND session_id = ?`;
    const { engine, modelId } = key;
    return this.#file.run(sql, state, bytes, total, bytesPerSecond, engine, modelId, this.#file.session) === 1;
  }

  /** Moves it to a state in which no process works on it. `reset`: clears the count of failures. */
  move(key: ModelKey, to: 'queued' | 'paused' | 'done' | 'cancelled', { reset = false } = {}): void {
    this.#move(key, to, { holder: null });
    if (reset) this.#file.run(`UPDATE downloads SET failures = 0, error = NULL, retry_at_ms = NULL ${WHERE_KEY}`, ...keyOf(key));
  }

  fail(key: ModelKey, error: SerialisedError, nowMs: number): DownloadRow {
    const failures = this.get(key).failures + 1;
    this.#move(key, 'failed', { holder: null });
    const sql = `UPDATE downloads SET failures = ?, error = ?, retry_at_ms = ? ${WHERE_KEY}`;
    this.#file.run(sql, failures, JSON.stringify(error), retryAtMs(failures, nowMs), ...keyOf(key));
    return this.get(key);
  }

  wants(): Want[] {
    return this.#file.all(wantSchema, 'SELECT engine, model_id, profile, purpose, session_id FROM wants ORDER BY rowid');
  }

  wantsOf({ engine, modelId }: ModelKey): Want[] {
    const sql = `SELECT engine, model_id, profile, purpose, session_id FROM wants ${WHERE_KEY} ORDER BY rowid`;
    return this.#file.all(wantSchema, sql, engine, modelId);
  }

  addWant({ engine, modelId }: ModelKey, purpose: DownloadPurpose): void {
    const { session, profile } = this.#file;
    const sql = `INSERT INTO wants (engine, model_id, profile, purpose, session_id) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;
    this.#file.run(sql, engine, modelId, profile, purpose, purpose === 'task' ? session : null);
  }

  /** This process's task has ended, successfully or not. */
  removeTaskWant({ engine, modelId }: ModelKey): void {
    const sql = `DELETE FROM wants ${WHERE_KEY} AND purpose = 'task' AND session_id = ?`;
    this.#file.run(sql, engine, modelId, this.#file.session);
  }

  removeWants(key: ModelKey): void {
    this.#file.run(`DELETE FROM wants ${WHERE_KEY}`, ...keyOf(key));
  }

  /** Removes the download and its wants. */
  remove(key: ModelKey): void {
    this.#file.run(`DELETE FROM downloads ${WHERE_KEY}`, ...keyOf(key));
  }

  #move(key: ModelKey, to: DownloadStateKind, { holder }: { holder: string | null }): void {
    assertDownloadMove(this.get(key).state, to);
    const sql = `UPDATE downloads SET state = ?, session_id = ?, bytes_per_second = 0, retry_at_ms = NULL ${WHERE_KEY}`;
    this.#file.run(sql, to, holder, ...keyOf(key));
  }
}

/** It is in progress, or will be retried by itself. */
export function isPending({ state, retryAtMs: retry }: DownloadRow): boolean {
  return state === 'queued' || isRunning(state) || (state === 'failed' && retry !== null);
}

function keyOf({ engine, modelId }: ModelKey): [string, string] {
  return [engine, modelId];
}

/** Bytes that the host's other downloads still have to write. */
export function outstandingBytes(rows: readonly DownloadRow[], except: ModelKey): number {
  return rows
    .filter((row) => isRunning(row.state) && keyText(row) !== keyText(except))
    .reduce((sum, { bytes, total }) => sum + Math.max(0, (total ?? 0) - bytes), 0);
}
