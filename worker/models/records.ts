/** What is recorded about each model: its files, where they came from, when they were used. */
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import {
  MODEL_ENGINES,
  MODEL_KINDS,
  type ModelKey,
  modelFileSchema,
  modelOriginSchema,
  taskTypeSchema,
} from '../../contract/models.ts';
import { jsonColumn } from '../kit/json-column.ts';
import type { StoreFile } from './store-file.ts';

const rowSchema = z
  .object({
    engine: z.enum(MODEL_ENGINES),
    model_id: z.string(),
    place: z.string(),
    folder: z.string(),
    kind: z.enum(MODEL_KINDS),
    task_types: jsonColumn(z.array(taskTypeSchema)),
    files: jsonColumn(z.array(modelFileSchema)),
    origin: jsonColumn(modelOriginSchema),
    state: z.enum(['partial', 'present', 'missing', 'corrupt']),
    detail: z.string(),
    downloaded_at_ms: z.number().nullable(),
    verified_at_ms: z.number().nullable(),
    last_used_at_ms: z.number().nullable(),
  })
  .transform((row) => ({
    engine: row.engine,
    modelId: row.model_id,
    place: row.place,
    folder: row.folder,
    kind: row.kind,
    taskTypes: row.task_types,
    /** Empty: the engine reports that it has the model, but stores it where this program cannot see it. */
    files: row.files,
    origin: row.origin,
    state: row.state,
    /** What is wrong, in the states missing and corrupt. */
    detail: row.detail,
    downloadedAtMs: row.downloaded_at_ms,
    verifiedAtMs: row.verified_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
  }));
export type ModelRecord = z.output<typeof rowSchema>;
export type RecordState = ModelRecord['state'];

/** A cache of the official worker that this program has found but did not download. */
export function isFoundOnDiskOnly({ kind, downloadedAtMs }: Pick<ModelRecord, 'kind' | 'downloadedAtMs'>): boolean {
  return kind === 'huggingface' && downloadedAtMs === null;
}

export class Records {
  readonly #file: StoreFile;

  constructor(file: StoreFile) {
    this.#file = file;
  }

  all(): ModelRecord[] {
    return this.#file.all(rowSchema, 'SELECT * FROM models ORDER BY engine, model_id');
  }

  find({ engine, modelId }: ModelKey): ModelRecord | null {
    return this.#file.one(rowSchema, 'SELECT * FROM models WHERE engine = ? AND model_id = ?', engine, modelId);
  }

  findByPlace(place: string): ModelRecord[] {
    return this.#file.all(rowSchema, 'SELECT * FROM models WHERE place = ? ORDER BY engine, model_id', place);
  }

  /** Writes everything except the last use, which stays unchanged. */
  save(record: Omit<ModelRecord, 'lastUsedAtMs'>): void {
    const sql = `INSERT INTO models (engine, model_id, place, folder, kind, task_types, files, origin, state, detail,
        downloaded_at_ms, verified_at_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (engine, model_id) DO UPDATE SET place = excluded.place, folder = excluded.folder, kind = excluded.kind,
        task_types = excluded.task_types, files = excluded.files, origin = excluded.origin, state = excluded.state,
        detail = excluded.detail, downloaded_at_ms = excluded.downloaded_at_ms, verified_at_ms = excluded.verified_at_ms`;
    this.#file.run(
      sql,
      record.engine,
      record.modelId,
      record.place,
      record.folder,
      record.kind,
      JSON.stringify(record.taskTypes),
      JSON.stringify(record.files),
      JSON.stringify(record.origin),
      record.state,
      record.detail,
      record.downloadedAtMs,
      record.verifiedAtMs,
    );
  }

  /** Any change of state also makes the record unverified. */
  setState(place: string, state: RecordState, detail = ''): void {
    const sql = `UPDATE models SET state = ?, detail = ?, verified_at_ms = NULL
      WHERE place = ? AND (state <> ? OR detail <> ?)`;
    this.#file.run(sql, state, detail, place, state, detail);
  }

  setVerified(place: string, atMs: number): void {
    this.#file.run("UPDATE models SET state = 'present', detail = '', verified_at_ms = ? WHERE place = ?", atMs, place);
  }

  touch({ engine, modelId }: ModelKey, atMs: number): void {
    const sql = 'UPDATE models SET last_used_at_ms = max(coalesce(last_used_at_ms, 0), ?) WHERE engine = ? AND model_id = ?';
    this.#file.run(sql, atMs, engine, modelId);
  }

  /** Removes a place and all records of its models; what profiles offer by configuration stays. */
  remove(place: string): void {
    for (const { engine, modelId } of this.findByPlace(place)) {
      this.#file.run("DELETE FROM requests WHERE engine = ? AND model_id = ? AND state IN ('fetched', 'told')", engine, modelId);
    }
    this.#file.run('DELETE FROM models WHERE place = ?', place);
  }

  /** Absolute path of a record's folder. */
  folderOf({ folder }: Pick<ModelRecord, 'folder'>): string {
    return isAbsolute(folder) ? folder : join(this.#file.directory, folder);
  }
}
