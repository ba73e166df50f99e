/** Opening the node's database file, and the few helpers every repository uses. */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { z } from 'zod';
import { WorkerError } from '../errors.ts';
import { APPLICATION_ID, MIGRATIONS } from './migrations.ts';

const SQLITE_MAGIC = 'SQLite format 3\u0000';

/**
 * Opens the file, checks it before writing a byte, then migrates it.
 * @throws WorkerError STORE_NEWER_VERSION, STORE_CORRUPT; the file is then as it was.
 */
export function openDatabase(path: string, migrations: readonly string[] = MIGRATIONS): DatabaseSync {
  if (existsSync(path) && statSync(path).size > 0) inspect(path, migrations.length);
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: true, timeout: 1_000 });
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA recursive_triggers = ON;');
    migrate(db, migrations);
    return db;
  } catch (cause) {
    db.close();
    throw cause;
  }
}

function inspect(path: string, newestVersion: number): void {
  if (!hasMagic(path)) throw corrupt(path, 'it is not an SQLite database');
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true });
    const application = numberPragma(db, 'application_id');
    const version = numberPragma(db, 'user_version');
    // A process killed inside its very first migration leaves an empty database behind.
    if (application === 0 && version === 0 && db.prepare('SELECT 1 FROM sqlite_master').get() === undefined) return;
    if (application !== APPLICATION_ID) throw corrupt(path, 'it belongs to another program');
    if (version > newestVersion) {
      throw new WorkerError('STORE_NEWER_VERSION', `${path} has version ${version}, this program knows ${newestVersion}`, {
        path,
        version,
        known: newestVersion,
      });
    }
    const check = db.prepare('PRAGMA quick_check(1)').get()?.quick_check;
    if (check !== 'ok') throw corrupt(path, String(check));
  } catch (cause) {
    if (cause instanceof WorkerError) throw cause;
    throw corrupt(path, cause instanceof Error ? cause.message : String(cause), cause);
  } finally {
    db?.close();
  }
}

function hasMagic(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(SQLITE_MAGIC.length);
    return readSync(file, head, 0, head.length, 0) === head.length && head.toString('latin1') === SQLITE_MAGIC;
  } finally {
    closeSync(file);
  }
}

function corrupt(path: string, why: string, cause?: unknown): WorkerError {
  return new WorkerError('STORE_CORRUPT', `${path} can not be used: ${why}`, { path }, { cause });
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

/** All or nothing; nested calls join the outer transaction. */
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

/** Rows as their schema says. @throws WorkerError STORE_BAD_ROW naming the table's column. */
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
