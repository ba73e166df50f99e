/**
 * One writer per model folder among all processes, whether a profile's worker or an engine. The lock is a write
 * transaction on an empty SQLite file beside the folder; the operating system ends it with the process, however that
 * ends.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SYSTEM } from '../../platform/system.ts';
import type { Clock } from '../../protocol/ports.ts';

const SQLITE_BUSY = 5;
const RETRY_MS = 500;

/** Keeps open locks alive: the garbage collector closes unreferenced databases. */
const held = new Set<DatabaseSync>();

/** Beside the folder, and never deleted: a lock on a deleted file would exclude nobody. */
export function lockFileOf(folder: string): string {
  return `${folder}.lock`;
}

/** Waits until the folder is free. @returns a function that releases it. @throws the signal's reason. */
export async function lockFolder(folder: string, clock: Clock, signal?: AbortSignal): Promise<() => void> {
  for (;;) {
    signal?.throwIfAborted();
    const release = tryLock(lockFileOf(folder));
    if (release !== null) return release;
    await clock.sleep(RETRY_MS, signal);
  }
}

/**
 * @param timeoutMs how long to wait for another connection.
 * @returns null while another connection, in this or another process, holds the file.
 */
export function tryLock(file: string, timeoutMs = 0): (() => void) | null {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(SYSTEM.files.long(file), { timeout: timeoutMs });
  try {
    // No journal: nothing is ever written.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
  } catch (error) {
    database.close();
    if (error instanceof Error && 'errcode' in error && Number(error.errcode) === SQLITE_BUSY) return null;
    throw error;
  }
  held.add(database);
  return () => {
    if (held.delete(database)) database.close();
  };
}
