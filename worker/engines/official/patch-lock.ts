/**
 * Only one process at a time may let the official worker patch an installation: two workers changing the same files
 * would leave a mixture of both. The lock file is in a folder of this user, because the installation is not ours to
 * write to. The operating system releases the lock however the process ends.
 */
import { createHash } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { tryLock } from '../../kit/folder-lock.ts';
import type { EngineLog } from '../log.ts';

/** Earlier versions of this program left it in the installation. */
const FORMER_LOCK_FILE = '.crynux-node-desktop-patches.lock';

export interface PatchLockOptions {
  readonly installation: string;
  /** Belongs to this user, whichever of our programs runs: two of them may share an installation. */
  readonly folder: string;
  readonly log: EngineLog;
}

export class PatchLock {
  readonly #options: PatchLockOptions;
  #release: (() => void) | null = null;

  constructor(options: PatchLockOptions) {
    this.#options = options;
  }

  /** Called at each start of the worker. The lock is free again once its holder has ended. @returns whether this process holds it */
  take(): boolean {
    this.#release ??= this.#lock();
    return this.#release !== null;
  }

  release(): void {
    this.#release?.();
    this.#release = null;
  }

  #lock(): (() => void) | null {
    const { installation, folder, log } = this.#options;
    try {
      const release = tryLock(lockFile(installation, folder));
      if (release === null) log.info({ installation }, 'another node is patching this installation; ours runs without patches');
      else removeFormerLock(installation);
      return release;
    } catch (err) {
      log.warn({ installation, err }, 'could not take the patch lock; the worker runs without patches');
      return null;
    }
  }
}

/** The same for every path to an installation. */
function lockFile(installation: string, folder: string): string {
  const name = createHash('sha256').update(realpathSync(installation)).digest('hex').slice(0, 32);
  return path.join(folder, `${name}.lock`);
}

function removeFormerLock(installation: string): void {
  try {
    rmSync(path.join(installation, FORMER_LOCK_FILE), { force: true });
  } catch {
    // It is empty and does no harm.
  }
}
