/** The machine during each engine lifetime: results can only be explained by the versions that produced them. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { type MachineFacts, machineFactsSchema } from '../../contract/trust.ts';
import { readOne } from '../kit/database.ts';
import { jsonColumn } from '../kit/json-column.ts';

const rowSchema = z.object({ machine: jsonColumn(machineFactsSchema) });

export class EngineLifetimes {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** The first record of a lifetime is kept. */
  record(lifetime: string, machine: MachineFacts, nowMs: number): void {
    this.#db
      .prepare('INSERT OR IGNORE INTO engine_lifetimes (lifetime, started_ms, machine) VALUES (?, ?, ?)')
      .run(lifetime, Math.trunc(nowMs), JSON.stringify(machine));
  }

  find(lifetime: string): MachineFacts | null {
    const row = readOne(this.#db, rowSchema, 'SELECT machine FROM engine_lifetimes WHERE lifetime = ?', lifetime);
    return row?.machine ?? null;
  }
}
