/** Which results were removed by the settings or the host, when and why, so that a window can explain a missing result. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { REMOVAL_REASONS, type ResultRemoval } from '../../contract/retention.ts';
import type { Hex } from '../../protocol/hex.ts';
import { readOne } from '../kit/database.ts';

export const REMOVED_RESULTS_TABLES = `
CREATE TABLE removed_results (
  commitment TEXT PRIMARY KEY,
  removed_ms INTEGER NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('age', 'size')),
  days INTEGER NOT NULL,
  results_gib REAL NOT NULL
) STRICT;
`;

/** Also allows the reason that the host asked. SQLite cannot change a CHECK in place. */
export const REMOVED_WHEN_ASKED = `
CREATE TABLE removed_results_2 (
  commitment TEXT PRIMARY KEY,
  removed_ms INTEGER NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('age', 'size', 'asked')),
  days INTEGER NOT NULL,
  results_gib REAL NOT NULL
) STRICT;
INSERT INTO removed_results_2 SELECT commitment, removed_ms, reason, days, results_gib FROM removed_results;
DROP TABLE removed_results;
ALTER TABLE removed_results_2 RENAME TO removed_results;
`;

const rowSchema = z.object({
  removed_ms: z.number(),
  reason: z.enum(REMOVAL_REASONS),
  days: z.number(),
  results_gib: z.number(),
});

export class RemovedResults {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Written before the files are deleted: after a crash in between, they are deleted again. */
  record(commitment: Hex, { atMs, reason, policy }: ResultRemoval): void {
    this.#db
      .prepare(
        'INSERT OR REPLACE INTO removed_results (commitment, removed_ms, reason, days, results_gib) VALUES (?, ?, ?, ?, ?)',
      )
      .run(commitment, Math.trunc(atMs), reason, policy.days, policy.resultsGib);
  }

  /** Null: its result was not removed, or by a version that kept no record of it. */
  find(commitment: Hex): ResultRemoval | null {
    const sql = 'SELECT removed_ms, reason, days, results_gib FROM removed_results WHERE commitment = ?';
    const row = readOne(this.#db, rowSchema, sql, commitment);
    if (row === null) return null;
    return { atMs: row.removed_ms, reason: row.reason, policy: { days: row.days, resultsGib: row.results_gib } };
  }
}
