/**
 * Exclusive ownership of a data directory by one process: an exclusive SQLite transaction on a separate file. The
 * operating system releases the lock when the process ends in any way, so there are no stale locks. A note beside it
 * names the owner; it is valid only while the lock is held.
 */
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../protocol/ports.ts';
import { isWorkerError, WorkerError } from './errors.ts';
import { CodedDatabase, storeFailure } from './store-failure.ts';

/** A program keeps the lock; a command releases it after a moment. */
const OWNER_ROLES = ['program', 'command', 'node'] as const;
export type OwnerRole = (typeof OWNER_ROLES)[number];

const ownerSchema = z.object({ pid: z.number().int().positive(), role: z.enum(OWNER_ROLES) });
type DirectoryOwner = z.output<typeof ownerSchema>;

export interface DirectoryLock {
  release(): void;
}

const RETRY_MS = 100;

/** @throws WorkerError STORE_IN_USE if another process (or this one) holds the directory; otherwise the codes of a store. */
export function lockDirectory(dir: string, role: OwnerRole = 'node'): DirectoryLock {
  const path = join(dir, 'owner.lock');
  const note = join(dir, 'owner.json');
  let db: CodedDatabase | undefined;
  try {
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
    db = new CodedDatabase(path, { timeout: 500 });
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    writeFileSync(note, JSON.stringify({ pid: process.pid, role }), { mode: 0o600 });
  } catch (cause) {
    db?.close();
    const failure = storeFailure(cause, path);
    if (!isWorkerError(failure, 'STORE_BUSY')) throw failure;
    const owner = readOwner(note);
    const who = owner === null ? 'another process' : `process ${owner.pid} (a ${owner.role})`;
    const data = { dir, pid: owner?.pid ?? null, role: owner?.role ?? null };
    throw new WorkerError('STORE_IN_USE', `${dir} is in use by ${who}`, data, { cause });
  }
  const held = db;
  return {
    release: () => {
      if (!held.isOpen) return;
      rmSync(note, { force: true });
      held.close();
    },
  };
}

/**
 * The same, but waits for a command, which needs the directory only for a moment. If a program holds it, this fails at
 * once.
 * @throws WorkerError STORE_IN_USE and the codes of a store; the signal's reason.
 */
export async function waitForDirectory(
  dir: string,
  {
    role,
    clock,
    withinMs = 20_000,
  }: { readonly role: OwnerRole; readonly clock: Pick<Clock, 'sleep'>; readonly withinMs?: number },
): Promise<DirectoryLock> {
  for (let waitedMs = 0; ; waitedMs += RETRY_MS) {
    try {
      return lockDirectory(dir, role);
    } catch (error) {
      const isShort = isWorkerError(error, 'STORE_IN_USE') && error.data.role !== 'program' && error.data.role !== 'node';
      if (!isShort || waitedMs >= withinMs) throw error;
    }
    await clock.sleep(RETRY_MS);
  }
}

function readOwner(note: string): DirectoryOwner | null {
  try {
    return ownerSchema.parse(JSON.parse(readFileSync(note, 'utf8')));
  } catch {
    // The note is written a moment after the lock is taken.
    return null;
  }
}
