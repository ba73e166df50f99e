/** The files of a result, with the hashes they had when the score was recorded. Paths are relative to the data directory. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Hex } from '../../protocol/hex.ts';
import { inTransaction, readAll } from '../kit/database.ts';

const artifactSchema = z.object({
  kind: z.enum(['file', 'checkpoint']),
  position: z.number().int().nonnegative(),
  path: z.string().min(1),
  /** Lower-case hex without 0x. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.number().int().nonnegative(),
});
export type Artifact = Readonly<z.output<typeof artifactSchema>>;

export class Artifacts {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** In upload order: files by position, then the checkpoint. */
  of(commitment: Hex): Artifact[] {
    const sql =
      "SELECT kind, position, path, sha256, size FROM artifacts WHERE commitment = ? ORDER BY kind = 'checkpoint', position";
    return readAll(this.#db, artifactSchema, sql, commitment);
  }

  add(commitment: Hex, artifacts: readonly Artifact[]): void {
    inTransaction(this.#db, () => {
      const insert = this.#db.prepare(
        'INSERT INTO artifacts (commitment, kind, position, path, sha256, size) VALUES (?, ?, ?, ?, ?, ?)',
      );
      for (const { kind, position, path, sha256, size } of artifacts) insert.run(commitment, kind, position, path, sha256, size);
    });
  }
}
