/** How far an import has got, on disk. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { readOne } from '../../kit/database.ts';

const rowSchema = z.object({ value: z.string().regex(/^\d+$/).transform(Number) });

export class Cursors {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  get(name: string): number | null {
    return readOne(this.#db, rowSchema, 'SELECT value FROM money_cursors WHERE name = ?', name)?.value ?? null;
  }

  set(name: string, value: number): void {
    const sql = 'INSERT INTO money_cursors (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value';
    this.#db.prepare(sql).run(name, String(value));
  }
}
