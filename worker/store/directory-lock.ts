/**
 * Exclusive ownership of a data directory by one process: an exclusive SQLite transaction on a file of its own. The
 * operating system drops the lock with the process, however it dies, and no stale file has to be judged afterwards.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { WorkerError } from '../errors.ts';

const SQLITE_BUSY = 5;

export interface DirectoryLock {
  release(): void;
}

/** @throws WorkerError STORE_IN_USE when another process (or this one) holds the directory. */
export function lockDirectory(dir: string): DirectoryLock {
  const db = new DatabaseSync(join(dir, 'owner.lock'), { timeout: 500 });
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    if (cause instanceof Error && 'errcode' in cause && cause.errcode === SQLITE_BUSY) {
      throw new WorkerError('STORE_IN_USE', `${dir} is in use by another process`, { dir }, { cause });
    }
    throw cause;
  }
  return {
    release: () => {
      if (db.isOpen) db.close();
    },
  };
}
