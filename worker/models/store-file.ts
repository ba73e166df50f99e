/** The shared file of a models directory, opened by one process for one profile. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { z } from 'zod';
import { inTransaction, openDisposableDatabase, readAll, readOne, type SetAside } from '../kit/database.ts';
import { isWorkerError } from '../kit/errors.ts';
import { CodedDatabase } from '../kit/store-failure.ts';
import { ModelStoreError } from './errors.ts';
import { Sessions } from './sessions.ts';
import { MODEL_MIGRATIONS } from './tables.ts';

export const MODELS_FILE = 'models.sqlite';

/** Longest waits for other processes: to create or check the file, and to change a few rows. */
const OPEN_MS = 30_000;
const BUSY_MS = 3_000;

export interface StoreFileOptions {
  /** On a local disk, because locks on network file systems are unreliable. */
  readonly directory: string;
  readonly profile: string;
  readonly pid: number;
  readonly nowMs: number;
  /** Called if the file was damaged and a new one was started; a scan finds the models on disk again. */
  readonly onSetAside?: (what: SetAside) => void;
}

export class StoreFile {
  readonly directory: string;
  readonly profile: string;
  readonly #db: DatabaseSync;
  readonly #sessions: Sessions;
  readonly #listeners = new Set<() => void>();
  #seenVersion = 0;

  /** @throws ModelStoreError MODEL_STORE_UNUSABLE */
  constructor({ directory, profile, pid, nowMs, onSetAside = () => {} }: StoreFileOptions) {
    this.directory = directory;
    this.profile = profile;
    this.#db = open(directory, onSetAside);
    try {
      const folder = join(directory, 'sessions');
      this.#sessions = inTransaction(this.#db, () => new Sessions(this.#db, { folder, profile, pid, nowMs }));
      this.change(() => {});
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  get session(): string {
    return this.#sessions.own;
  }

  /** Atomic and exclusive among all processes, after removing dead sessions; then the listeners are called. */
  change<Result>(work: () => Result): Result {
    const outermost = !this.#db.isTransaction;
    const result = inTransaction(this.#db, () => {
      if (outermost) this.#sessions.sweep();
      return work();
    });
    if (outermost) this.#notify();
    return result;
  }

  /** Checks whether other processes have changed something or died, and calls the listeners if so. */
  checkForChanges(): void {
    inTransaction(this.#db, () => this.#sessions.sweep());
    const version = Number(this.#db.prepare('PRAGMA data_version').get()?.data_version ?? 0);
    const changes = Number(this.#db.prepare('SELECT total_changes() AS n').get()?.n ?? 0);
    if (version + changes === this.#seenVersion) return;
    this.#notify();
  }

  /** Called after every change by any process; must not throw. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Runs a statement that changes rows. @returns the number of changed rows. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#db.prepare(sql).run(...values).changes);
  }

  all<Schema extends z.ZodType>(schema: Schema, sql: string, ...values: SQLInputValue[]): z.output<Schema>[] {
    return readAll(this.#db, schema, sql, ...values);
  }

  one<Schema extends z.ZodType>(schema: Schema, sql: string, ...values: SQLInputValue[]): z.output<Schema> | null {
    return readOne(this.#db, schema, sql, ...values);
  }

  close(): void {
    if (!this.#db.isOpen) return;
    this.#listeners.clear();
    this.#sessions.close();
    this.#db.close();
  }

  #notify(): void {
    const version = Number(this.#db.prepare('PRAGMA data_version').get()?.data_version ?? 0);
    const changes = Number(this.#db.prepare('SELECT total_changes() AS n').get()?.n ?? 0);
    this.#seenVersion = version + changes;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** One process at a time: the first creates the tables, the next finds them. */
function open(directory: string, onSetAside: (what: SetAside) => void): DatabaseSync {
  mkdirSync(directory, { recursive: true });
  const turn = new CodedDatabase(join(directory, 'models.sqlite.lock'), { timeout: OPEN_MS });
  try {
    turn.exec('BEGIN IMMEDIATE');
    const db = openDisposableDatabase(join(directory, MODELS_FILE), MODEL_MIGRATIONS, onSetAside);
    // With WAL and NORMAL, a power cut loses at most the last moments; a scan finds those models again.
    db.exec(`PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = ${BUSY_MS}`);
    return db;
  } catch (cause) {
    if (isWorkerError(cause, 'STORE_CORRUPT') || isWorkerError(cause, 'STORE_NEWER_VERSION'))
      throw new ModelStoreError('MODEL_STORE_UNUSABLE', cause.message, { directory }, { cause });
    throw cause;
  } finally {
    turn.close();
  }
}
