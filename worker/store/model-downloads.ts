/** Models that the network asked this node to fetch. Source: RELAY_PROTOCOL 8.8. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { TASK_TYPE, type TaskType } from '../../protocol/tasks/status.ts';
import { readAll } from './database.ts';

const rowSchema = z
  .object({
    model_id: z.string(),
    task_type: z.enum(Object.keys(TASK_TYPE) as [TaskType, ...TaskType[]]),
    /** `onDisk`: fetched, the network does not know yet. */
    state: z.enum(['wanted', 'onDisk', 'announced', 'failed']),
    attempts: z.number().int(),
  })
  .transform((row) => ({ modelId: row.model_id, taskType: row.task_type, state: row.state, attempts: row.attempts }));
export type ModelDownload = z.output<typeof rowSchema>;

export class ModelDownloads {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  all(): ModelDownload[] {
    return readAll(this.#db, rowSchema, 'SELECT model_id, task_type, state, attempts FROM model_downloads ORDER BY rowid');
  }

  /** A model that failed before gets a new chance; one that is being fetched or is there stays as it is. */
  want(modelId: string, taskType: TaskType): void {
    const sql = `INSERT INTO model_downloads (model_id, task_type, state) VALUES (?, ?, 'wanted')
      ON CONFLICT (model_id) DO UPDATE SET state = 'wanted', attempts = 0 WHERE state = 'failed'`;
    this.#db.prepare(sql).run(modelId, taskType);
  }

  setState(modelId: string, state: ModelDownload['state']): void {
    this.#db.prepare('UPDATE model_downloads SET state = ? WHERE model_id = ?').run(state, modelId);
  }

  countFailure(modelId: string, error: string): void {
    const sql = 'UPDATE model_downloads SET attempts = attempts + 1, last_error = ? WHERE model_id = ?';
    this.#db.prepare(sql).run(error, modelId);
  }
}
