/** Every state of the node, with its source and evidence. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { readAll } from '../kit/database.ts';

const entrySchema = z
  .object({
    state: z.string(),
    at_ms: z.number(),
    source: z.enum(['relay', 'event', 'local']),
    evidence: z.string(),
  })
  .transform((row) => ({ state: row.state, atMs: row.at_ms, source: row.source, evidence: row.evidence }));
export type NodeHistoryEntry = z.output<typeof entrySchema>;

export class NodeHistory {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  add(entry: NodeHistoryEntry): void {
    this.#db
      .prepare('INSERT INTO node_history (state, at_ms, source, evidence) VALUES (?, ?, ?, ?)')
      .run(entry.state, Math.trunc(entry.atMs), entry.source, entry.evidence);
  }

  /** Newest first. */
  latest(limit: number): NodeHistoryEntry[] {
    const sql = 'SELECT state, at_ms, source, evidence FROM node_history ORDER BY id DESC LIMIT ?';
    return readAll(this.#db, entrySchema, sql, limit);
  }
}
