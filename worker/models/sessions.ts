/**
 * Which processes have the store open. Claims, uses and a task's wants belong to a session and end with it, however
 * the process ends: each holds a lock file that the operating system gives back. No process id is ever judged.
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

  /** Registers this process; it is alive for others before they can see it. */
  constructor(db: DatabaseSync, input: { folder: string; profile: string; pid: number; nowMs: number }) {
    this.#db = db;
    this.#folder = input.folder;
    this.own = randomUUID();
    const release = tryLock(this.#fileOf(this.own));
    if (release === null) throw new Error('a new session is locked by another process');
    this.#release = release;
    const sql = 'INSERT INTO sessions (id, profile, pid, since_ms) VALUES (?, ?, ?, ?)';
    db.prepare(sql).run(this.own, input.profile, input.pid, input.nowMs);
  }

  /**
   * Forgets sessions whose process has ended, and puts what they were downloading back into the queue. Call it inside
   * the transaction that relies on it: two sweeps at once would take each other for the owner of a dead session's lock.
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
