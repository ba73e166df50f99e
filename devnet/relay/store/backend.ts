/** Keeps the relay's rows across restarts: one SQLite file, written in one transaction per operation. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DevnetError } from '../../errors.ts';

export interface StoredRow {
  readonly table: string;
  readonly key: string;
  readonly json: string;
}

export interface StoreBackend {
  /** Every row, in order of first insertion. */
  load(): StoredRow[];
  /** Writes all rows or none. */
  write(rows: readonly StoredRow[]): void;
  close(): void;
}

export const memoryBackend: StoreBackend = { load: () => [], write: () => {}, close: () => {} };

const STATE_VERSION = 1;

/** @throws DevnetError DEVNET_BAD_STATE, DEVNET_NEWER_STATE, DEVNET_STATE_UNAVAILABLE */
export function sqliteBackend(path: string): StoreBackend {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    database = new DatabaseSync(path, { timeout: 5_000 });
    prepareSchema(database, path);
  } catch (cause) {
    database?.close();
    if (cause instanceof DevnetError) throw cause;
    if (!isDamage(cause)) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new DevnetError('DEVNET_STATE_UNAVAILABLE', `${path} cannot be used now: ${why}`, { path }, { cause });
    }
    throw new DevnetError('DEVNET_BAD_STATE', `${path} is not a state file of the local network`, { path }, { cause });
  }
  return backendOf(database);
}

function backendOf(database: DatabaseSync): StoreBackend {
  const upsert = database.prepare(
    'INSERT INTO relay_row (tab, key, json) VALUES (?, ?, ?) ON CONFLICT (tab, key) DO UPDATE SET json = excluded.json',
  );
  return {
    load: () =>
      database
        .prepare('SELECT tab, key, json FROM relay_row ORDER BY id')
        .all()
        .map((row) => ({ table: String(row.tab), key: String(row.key), json: String(row.json) })),
    write: (rows) => {
      database.exec('BEGIN IMMEDIATE');
      try {
        for (const { table, key, json } of rows) upsert.run(table, key, json);
        database.exec('COMMIT');
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => database.close(),
  };
}

/** Only what SQLite itself calls damage (CORRUPT, NOTADB); a busy, read-only or full disk is not damage. */
function isDamage(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && [11, 26].includes(Number(error.errcode) & 0xff);
}

function prepareSchema(database: DatabaseSync, path: string): void {
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
  if (version > STATE_VERSION) {
    throw new DevnetError('DEVNET_NEWER_STATE', `${path} has version ${version}, this program knows ${STATE_VERSION}`, { path });
  }
  database.exec(
    'CREATE TABLE IF NOT EXISTS relay_row (id INTEGER PRIMARY KEY, tab TEXT NOT NULL, key TEXT NOT NULL, json TEXT NOT NULL, UNIQUE (tab, key))',
  );
  database.exec(`PRAGMA user_version = ${STATE_VERSION}`);
}
