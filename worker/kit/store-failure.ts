/**
 * Turns errors of SQLite and the file system into coded errors. Only what SQLite itself calls damage is damage: a busy,
 * read-only or unreachable file, or one on a full disk, is intact and is tried again.
 */

import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { SYSTEM } from '../../platform/system.ts';
import { WorkerError, type WorkerErrorCode } from './errors.ts';

/**
 * By SQLite's primary result codes (sqlite.org/rescode.html). Codes that are missing here indicate a bug of ours, not a
 * condition.
 */
const CODE_BY_SQLITE_RESULT: Readonly<Record<number, WorkerErrorCode>> = {
  3: 'STORE_CANNOT_OPEN', // PERM
  5: 'STORE_BUSY', // BUSY
  6: 'STORE_BUSY', // LOCKED
  7: 'STORE_IO_ERROR', // NOMEM
  8: 'STORE_READ_ONLY', // READONLY
  10: 'STORE_IO_ERROR', // IOERR
  11: 'STORE_CORRUPT', // CORRUPT
  13: 'STORE_FULL', // FULL
  14: 'STORE_CANNOT_OPEN', // CANTOPEN
  15: 'STORE_BUSY', // PROTOCOL: lost the race against another process several times
  22: 'STORE_IO_ERROR', // NOLFS
  23: 'STORE_CANNOT_OPEN', // AUTH
  26: 'STORE_CORRUPT', // NOTADB
};
const READ_ONLY_DB_MOVED = 1_032;
const CONSTRAINT = 19;

const CODE_BY_ERRNO: Readonly<Record<string, WorkerErrorCode>> = {
  EROFS: 'STORE_READ_ONLY',
  ENOSPC: 'STORE_FULL',
  EDQUOT: 'STORE_FULL',
  EBUSY: 'STORE_BUSY',
  EAGAIN: 'STORE_BUSY',
  EIO: 'STORE_IO_ERROR',
  ESTALE: 'STORE_IO_ERROR',
  EMFILE: 'STORE_IO_ERROR',
  ENFILE: 'STORE_IO_ERROR',
  EACCES: 'STORE_CANNOT_OPEN',
  EPERM: 'STORE_CANNOT_OPEN',
  ENOENT: 'STORE_CANNOT_OPEN',
  ENOTDIR: 'STORE_CANNOT_OPEN',
  EISDIR: 'STORE_CANNOT_OPEN',
  EEXIST: 'STORE_CANNOT_OPEN',
  ELOOP: 'STORE_CANNOT_OPEN',
  ENAMETOOLONG: 'STORE_CANNOT_OPEN',
};

/** SQLite's extended result code; null = the error is not SQLite's. */
export function sqliteResultOf(error: unknown): number | null {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : null;
}

/** A constraint of the tables was violated. */
export function isConstraint(error: unknown): boolean {
  return ((sqliteResultOf(error) ?? 0) & 0xff) === CONSTRAINT;
}

/** The coded error for an error about a store's file; any other error is returned unchanged. */
export function storeFailure(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof WorkerError) return error;
  const code = storeErrorCode(error);
  if (code === undefined) return error;
  return new WorkerError(code, `${path} cannot be used: ${error.message}`, { path }, { cause: error });
}

function storeErrorCode(error: Error): WorkerErrorCode | undefined {
  const result = sqliteResultOf(error);
  if (result === READ_ONLY_DB_MOVED) return 'STORE_GONE';
  if (result !== null) return CODE_BY_SQLITE_RESULT[result & 0xff];
  return 'code' in error && typeof error.code === 'string' ? CODE_BY_ERRNO[error.code] : undefined;
}

/** Prepared statements kept per database. The program has fewer; list filters add some more. */
const MAX_CACHED_STATEMENTS = 128;
/** SQLite evaluates these while it compiles, so the answer is valid only at that moment. */
const UNCACHEABLE = /^\s*(PRAGMA|EXPLAIN|ATTACH|DETACH|VACUUM)/i;

/**
 * A database whose errors have our codes for every user; constraint violations stay SQLite errors. Statements are
 * compiled once, because compiling costs more than most of them take to run.
 */
export class CodedDatabase extends DatabaseSync {
  readonly #path: string;
  /** By text; the most recently used is last. */
  readonly #cached = new Map<string, StatementSync>();

  constructor(path: string, options: { readonly readOnly?: boolean; readonly timeout: number }) {
    try {
      super(SYSTEM.files.long(path), { enableForeignKeyConstraints: true, ...options });
    } catch (cause) {
      throw storeFailure(cause, path);
    }
    this.#path = path;
  }

  override exec(sql: string): void {
    this.#withCodes(() => super.exec(sql));
  }

  /** Returns the same statement for the same text: finish reading one result before running it again. */
  override prepare(sql: string): StatementSync {
    const known = this.#cached.get(sql);
    if (known !== undefined) this.#cached.delete(sql);
    const statement = known ?? this.#compile(sql);
    if (!UNCACHEABLE.test(sql)) this.#cached.set(sql, statement);
    const [oldest] = this.#cached.keys();
    if (this.#cached.size > MAX_CACHED_STATEMENTS && oldest !== undefined) this.#cached.delete(oldest);
    return statement;
  }

  override close(): void {
    this.#cached.clear();
    super.close();
  }

  #compile(sql: string): StatementSync {
    const statement = this.#withCodes(() => super.prepare(sql));
    for (const name of ['run', 'get', 'all'] as const) {
      const act: (...values: never[]) => unknown = statement[name].bind(statement);
      Object.defineProperty(statement, name, { value: (...values: never[]) => this.#withCodes(() => act(...values)) });
    }
    return statement;
  }

  #withCodes<Result>(act: () => Result): Result {
    try {
      return act();
    } catch (error) {
      throw storeFailure(error, this.#path);
    }
  }
}
