/** Case files. A case is opened once and completed as more becomes known; nothing ever deletes one. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { type CaseFile, caseFileSchema } from '../../contract/trust.ts';
import type { Hex } from '../../protocol/hex.ts';
import { commitmentField } from '../../protocol/wire/fields.ts';
import { readAll, readOne } from '../kit/database.ts';
import { jsonColumn } from '../kit/json-column.ts';

const rowSchema = z.object({ body: jsonColumn(caseFileSchema) }).transform((row): CaseFile => row.body);

export class Cases {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  find(id: string): CaseFile | null {
    return readOne(this.#db, rowSchema, 'SELECT body FROM cases WHERE id = ?', id);
  }

  /** Newest first; `before` is the last ID of the previous page. */
  page(limit: number, before: string | null): CaseFile[] {
    const sql = `SELECT body FROM cases
      WHERE ?1 IS NULL OR rowid < (SELECT rowid FROM cases WHERE id = ?1) ORDER BY rowid DESC LIMIT ?2`;
    return readAll(this.#db, rowSchema, sql, before, limit);
  }

  /** Newest first, skipping the first `offset`. */
  slice({ limit, offset }: { readonly limit: number; readonly offset: number }): CaseFile[] {
    return readAll(this.#db, rowSchema, 'SELECT body FROM cases ORDER BY rowid DESC LIMIT ? OFFSET ?', limit, offset);
  }

  count(): number {
    return Number(this.#db.prepare('SELECT count(*) AS n FROM cases').get()?.n ?? 0);
  }

  /** ID of the latest case about a task; null if there is none. */
  findIdByTask(commitment: Hex): string | null {
    const sql = 'SELECT id FROM cases WHERE commitment = ? ORDER BY rowid DESC LIMIT 1';
    return readOne(this.#db, z.object({ id: z.string() }), sql, commitment)?.id ?? null;
  }

  incomplete(): CaseFile[] {
    return readAll(this.#db, rowSchema, 'SELECT body FROM cases WHERE complete = 0 ORDER BY rowid');
  }

  /** Opens the case, or replaces what was known about it. */
  save(file: CaseFile): void {
    const { id, kind, commitment, openedMs, complete } = file;
    this.#db
      .prepare(
        `INSERT INTO cases (id, kind, commitment, opened_ms, complete, body) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, complete = excluded.complete, body = excluded.body`,
      )
      .run(id, kind, commitment, Math.trunc(openedMs), complete ? 1 : 0, JSON.stringify(file));
  }

  /** Tasks whose end may be a case but that have none, because the process was killed at the wrong moment. */
  unjudged(): Hex[] {
    const sql = `SELECT commitment FROM tasks
      WHERE (status = 'EndInvalidated' OR (status = 'EndAborted' AND abort_reason IN ('Timeout', 'ResultUploadTimeout')))
        AND NOT EXISTS (SELECT 1 FROM cases WHERE cases.id = tasks.commitment) ORDER BY id`;
    return readAll(this.#db, z.object({ commitment: commitmentField }), sql).map((row) => row.commitment);
  }
}
