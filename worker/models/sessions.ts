/**
 * The processes that have the store open. Claims, uses and a task's wants belong to a session and end with it, however
 * the process ends: each session holds a lock file, which the operating system releases. Process IDs are never used to
 * decide.
 */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { inTransaction, readAll } from '../kit/database.ts';
import { tryLock } from '../kit/folder-lock.ts';

const idSchema = z.object({ id: z.string() });

export class Sessions {
  readonly own: string;
  readonly #db: DatabaseSync;
  readonly #folder: string;
  readonly #release: () => void;

  /** Registers this process. Its lock exists before others can see the session. */
  constructor(db: DatabaseSync, input: { folder: string; profile: string; pid: number; nowMs: number }) {
    this.#db = db;
    this.#folder = input.folder;
    this.own = randomUUID();
    const release = tryLock(this.#fileOf(this.own));
    if (release === null) throw new Error('another process holds the lock of a new session');
    this.#release = release;
    const sql = 'INSERT INTO sessions (id, profile, pid, since_ms) VALUES (?, ?, ?, ?)';
    db.prepare(sql).run(this.own, input.profile, input.pid, input.nowMs);
  }

  /**
   * Removes sessions whose process has ended, and puts their downloads back into the queue. Call it inside the
   * transaction that relies on it: otherwise two concurrent sweeps would each take the other for the owner of a dead
   * session's lock.
   */
  sweep(): void {
    for (const { id } of readAll(this.#db, idSchema, 'SELECT id FROM sessions WHERE id <> ?', this.own)) {
      const release = tryLock(this.#fileOf(id));
      if (release === null) continue;
      release();
      this.#end(id);
    }
  }

  close(): void {
    inTransaction(this.#db, () => this.#end(this.own));
    this.#release();
    rmSync(this.#fileOf(this.own), { force: true });
  }

  #end(id: string): void {
    this.#db.prepare('DELETE FROM sessions WHERE id = ?').run(id);
    this.#db.exec("UPDATE downloads SET state = 'queued' WHERE session_id IS NULL AND state IN ('downloading', 'verifying')");
    if (id !== this.own) rmSync(this.#fileOf(id), { force: true });
  }

  #fileOf(id: string): string {
    return join(this.#folder, `${id}.lock`);
  }
}
