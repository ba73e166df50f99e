/** Opens this program's database files; also the few helpers that every repository uses. */

import { chmodSync, closeSync, existsSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { z } from 'zod';
import { SYSTEM } from '../../platform/system.ts';
import { isWorkerError, WorkerError } from './errors.ts';
import { CodedDatabase, sqliteResultOf, storeFailure } from './store-failure.ts';

/** `PRAGMA application_id` of our files ("CRNX"): a foreign SQLite file is never touched. */
export const APPLICATION_ID = 0x43524e58;

const SQLITE_MAGIC = Buffer.from('SQLite format 3\u0000', 'latin1');
/** The head of a rollback journal. */
const JOURNAL_MAGIC = Buffer.from('d9d505f920a163d7', 'hex');
const IN_MEMORY = ':memory:';
/** How long another program, such as a backup or a virus scanner, may lock the file before it counts as busy. */
const BUSY_MS = 5_000;

interface FileState {
  readonly bytes: number;
  /** The last owner closed the file in order and left no journal or write-ahead log. */
  readonly endedInOrder: boolean;
}

/** SQLite's description of the first damage it finds; null if there is none. */
export type DamageCheck = (db: DatabaseSync, file: FileState) => string | null;

const checkAll: DamageCheck = (db) => damageIn(db, '1');

/** @param scope argument of the pragma: `1`, or a quoted table */
export function damageIn(db: DatabaseSync, scope: string): string | null {
  const said = db.prepare(`PRAGMA quick_check(${scope})`).get()?.quick_check;
  return said === 'ok' ? null : String(said);
}

/**
 * Opens the file, checks it before changing its content, then migrates it. First, SQLite completes or rolls back what a
 * killed process left unfinished (a journal, a write-ahead log).
 * @throws WorkerError STORE_NEWER_VERSION, STORE_CORRUPT: the file's content is unchanged; STORE_BUSY, STORE_READ_ONLY,
 * STORE_CANNOT_OPEN, STORE_IO_ERROR, STORE_FULL: try again later.
 */
export function openDatabase(path: string, migrations: readonly string[], findDamage: DamageCheck = checkAll): DatabaseSync {
  let db: CodedDatabase | undefined;
  try {
    if (path !== IN_MEMORY) keepForOwner(path);
    if (path !== IN_MEMORY && statSync(path).size > 0) inspect(path, migrations.length, findDamage);
    db = new CodedDatabase(path, { timeout: BUSY_MS });
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA recursive_triggers = ON;');
    migrate(db, migrations);
    return db;
  } catch (cause) {
    db?.close();
    throw storeFailure(cause, path);
  }
}

/** A damaged file that was kept under another name. Its content can be rebuilt. */
export interface SetAside {
  readonly kept: string;
  readonly error: WorkerError;
}

/**
 * For a file that can be lost without harm: if it is damaged, it is kept under another name and replaced by an empty
 * one. Never use it for a file with a ledger.
 * @throws WorkerError as {@link openDatabase}, except STORE_CORRUPT
 */
export function openDisposableDatabase(
  path: string,
  migrations: readonly string[],
  onSetAside: (what: SetAside) => void,
): DatabaseSync {
  try {
    return openDatabase(path, migrations);
  } catch (error) {
    if (!isWorkerError(error, 'STORE_CORRUPT')) throw error;
    const kept = unusedName(`${path}.damaged`);
    try {
      for (const end of ['', '-wal', '-shm', '-journal']) {
        if (existsSync(path + end)) renameSync(path + end, kept + end);
      }
    } catch (cause) {
      throw storeFailure(cause, path);
    }
    onSetAside({ kept, error });
    return openDatabase(path, migrations);
  }
}

/**
 * Opens one of our files for reading if it has exactly this version. First, SQLite completes or rolls back what a
 * killed process left unfinished.
 * @throws WorkerError STORE_OLDER_VERSION: the owner's next start migrates it; those of {@link openDatabase}
 */
export function openForReading(path: string, version: number): DatabaseSync {
  let db: CodedDatabase | undefined;
  try {
    inspect(path, version, () => null);
    // A read-only connection would leave its empty log behind, as after a crash.
    db = new CodedDatabase(path, { timeout: BUSY_MS });
    db.exec('PRAGMA query_only = ON');
    const found = numberPragma(db, 'user_version');
    if (found === version) return db;
    throw new WorkerError('STORE_OLDER_VERSION', `${path} has version ${found}, this program reads ${version}`, { path });
  } catch (cause) {
    db?.close();
    throw storeFailure(cause, path);
  }
}

function unusedName(name: string): string {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? name : `${name}-${n}`;
    if (!existsSync(candidate)) return candidate;
  }
}

/** SQLite copies the mode of a database to the files that it creates beside it. */
function keepForOwner(path: string): void {
  if (!existsSync(path)) {
    closeSync(openSync(path, 'a', 0o600));
    return;
  }
  if (!SYSTEM.files.modes) return;
  for (const file of [path, `${path}-wal`, `${path}-shm`, `${path}-journal`]) {
    const { mode, uid } = statSync(file, { throwIfNoEntry: false }) ?? { mode: 0, uid: -1 };
    if ((mode & 0o077) === 0 || uid !== SYSTEM.files.uid) continue;
    try {
      chmodSync(file, mode & 0o700);
    } catch {
      // A read-only disk: if the file cannot be used either, its use reports the error.
    }
  }
}

function inspect(path: string, newestVersion: number, findDamage: DamageCheck): void {
  if (!fileStartsWith(path, SQLITE_MAGIC)) {
    // A kill or power cut while the first pages were written: the journal rolls them back.
    if (!fileStartsWith(`${path}-journal`, JOURNAL_MAGIC)) throw corruptError(path, 'it is not an SQLite database');
    recover(path);
    if (statSync(path).size === 0) return;
    if (!fileStartsWith(path, SQLITE_MAGIC)) throw corruptError(path, 'it is not an SQLite database');
  }
  const endedInOrder = ![`${path}-journal`, `${path}-wal`].some((file) => existsSync(file));
  try {
    inspectOpened({ path, newestVersion, endedInOrder, findDamage });
  } catch (cause) {
    if (!needsRecovery(cause, path)) throw cause;
    recover(path);
    if (statSync(path).size > 0) inspectOpened({ path, newestVersion, endedInOrder: false, findDamage });
  }
}

interface Inspection {
  readonly path: string;
  readonly newestVersion: number;
  readonly endedInOrder: boolean;
  readonly findDamage: DamageCheck;
}

/** Reads and writes nothing; fails if a killed process left an unfinished transaction. */
function inspectOpened({ path, newestVersion, endedInOrder, findDamage }: Inspection): void {
  const db = new CodedDatabase(path, { readOnly: true, timeout: BUSY_MS });
  try {
    const application = numberPragma(db, 'application_id');
    const version = numberPragma(db, 'user_version');
    // A process that was killed inside its first migration leaves an empty database.
    if (application === 0 && version === 0 && db.prepare('SELECT 1 FROM sqlite_master').get() === undefined) return;
    if (application !== APPLICATION_ID) throw corruptError(path, 'it belongs to another program');
    if (version > newestVersion) {
      throw new WorkerError('STORE_NEWER_VERSION', `${path} has version ${version}, this program knows ${newestVersion}`, {
        path,
        version,
        known: newestVersion,
      });
    }
    const damage = findDamage(db, { bytes: statSync(path).size, endedInOrder });
    if (damage !== null) throw corruptError(path, damage);
  } finally {
    db.close();
  }
}

/**
 * A read-only connection cannot complete another one's transaction: it reports that it is read-only or cannot open the
 * file.
 */
function needsRecovery(error: unknown, path: string): boolean {
  const result = sqliteResultOf(error instanceof WorkerError ? error.cause : error);
  const isRefusal = result !== null && [8, 14].includes(result & 0xff);
  return isRefusal && [`${path}-journal`, `${path}-wal`].some((file) => existsSync(file));
}

/** Any read by a connection with write access does it. */
function recover(path: string): void {
  const db = new CodedDatabase(path, { timeout: BUSY_MS });
  try {
    db.prepare('SELECT count(*) FROM sqlite_master').get();
  } finally {
    db.close();
  }
}

function fileStartsWith(path: string, magic: Buffer): boolean {
  if (!existsSync(path)) return false;
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(magic.length);
    return readSync(file, head, 0, head.length, 0) === head.length && head.equals(magic);
  } finally {
    closeSync(file);
  }
}

function corruptError(path: string, why: string): WorkerError {
  return new WorkerError('STORE_CORRUPT', `${path} cannot be used: ${why}`, { path });
}

function migrate(db: DatabaseSync, migrations: readonly string[]): void {
  const from = numberPragma(db, 'user_version');
  for (let version = from + 1; version <= migrations.length; version++) {
    inTransaction(db, () => {
      db.exec(migrations[version - 1] ?? '');
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version};`);
    });
  }
}

function numberPragma(db: DatabaseSync, name: 'application_id' | 'user_version'): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
}

/** Atomic; nested calls join the outer transaction. */
export function inTransaction<Result>(db: DatabaseSync, work: () => Result): Result {
  if (db.isTransaction) return work();
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (cause) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw cause;
  }
}

/**
 * Like {@link inTransaction}, but does not wait for the disk: a power cut may undo the work, together with everything
 * after it, until the next full transaction makes it durable. Only for data that the network will report again.
 */
export function inRelaxedTransaction<Result>(db: DatabaseSync, work: () => Result): Result {
  if (db.isTransaction) return work();
  db.exec('PRAGMA synchronous = NORMAL');
  try {
    return inTransaction(db, work);
  } finally {
    db.exec('PRAGMA synchronous = FULL');
  }
}

/** Rows that match their schema. @throws WorkerError STORE_BAD_ROW naming the column. */
export function readAll<Schema extends z.ZodType>(
  db: DatabaseSync,
  schema: Schema,
  sql: string,
  ...values: SQLInputValue[]
): z.output<Schema>[] {
  return db
    .prepare(sql)
    .all(...values)
    .map((row) => parseRow(schema, row, sql));
}

export function readOne<Schema extends z.ZodType>(
  db: DatabaseSync,
  schema: Schema,
  sql: string,
  ...values: SQLInputValue[]
): z.output<Schema> | null {
  const row = db.prepare(sql).get(...values);
  return row === undefined ? null : parseRow(schema, row, sql);
}

function parseRow<Schema extends z.ZodType>(schema: Schema, row: unknown, sql: string): z.output<Schema> {
  const result = schema.safeParse(row);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const column = issue?.path.join('.') ?? '';
  throw new WorkerError('STORE_BAD_ROW', `${column}: ${issue?.message ?? 'invalid'}`, { column, sql });
}
