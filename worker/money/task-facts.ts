/** What is known about a task when its payment arrives: type, model, and the GPU that the node reported at the time. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { isBaseModelId } from '../../protocol/models/model-id.ts';
import { readOne } from '../kit/database.ts';
import type { Tasks } from '../store/tasks.ts';
import type { TaskFactsOf } from './records/posting.ts';

const rowSchema = z.object({ gpu: z.string() });

export class GpuPeriods {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** From now on the node reports this GPU. Call it at every start; repetitions are ignored. */
  note(gpu: string, nowMs: number): void {
    if (this.at(nowMs) === gpu) return;
    const sql = 'INSERT INTO gpu_periods (since_ms, gpu) VALUES (?, ?) ON CONFLICT DO UPDATE SET gpu = excluded.gpu';
    this.#db.prepare(sql).run(Math.trunc(nowMs), gpu);
  }

  /** Null before the first note. */
  at(ms: number): string | null {
    const sql = 'SELECT gpu FROM gpu_periods WHERE since_ms <= ? ORDER BY since_ms DESC LIMIT 1';
    return readOne(this.#db, rowSchema, sql, Math.trunc(ms))?.gpu ?? null;
  }
}

export function taskFactsOf(tasks: Pick<Tasks, 'find'>, gpus: GpuPeriods): TaskFactsOf {
  return (commitment) => {
    const task = tasks.find(commitment);
    if (task === null) return null;
    const { status, type, modelIds, startTimeMs } = task;
    return {
      status,
      type,
      model: modelIds.find(isBaseModelId) ?? modelIds[0] ?? null,
      gpu: startTimeMs === null ? null : gpus.at(startTimeMs),
    };
  };
}
