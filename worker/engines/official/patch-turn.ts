/**
 * One process at a time lets the official worker patch an installation: two workers that change the same files at once
 * would leave a mixture of both. A lock of this user's, apart from the installation, which is not ours to put files in;
 * the operating system gives it back however the process ends.
 */
import { createHash } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { tryLock } from '../../kit/folder-lock.ts';
import type { EngineLog } from '../log.ts';

/** Earlier versions of this program left it in the installation. */
const FORMER_LOCK_FILE = '.crynux-node-desktop-patches.lock';

export interface PatchTurnOptions {
  readonly installation: string;
  /** Of this user, whichever program of ours runs: two of them may share an installation. */
  readonly folder: string;
  readonly log: EngineLog;
}

export class PatchTurn {
  readonly #options: PatchTurnOptions;
  #release: (() => void) | null = null;

  constructor(options: PatchTurnOptions) {
    this.#options = options;
  }

  /** Asked at each start of the worker: the turn passes on when whoever had it has ended. */
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
      if (release === null) log.info({ installation }, 'another node lets this installation patch itself; ours runs without');
      else removeFormerLock(installation);
      return release;
    } catch (err) {
      log.warn({ installation, err }, 'no turn to patch could be taken; the worker runs without patches');
      return null;
    }
  }
}

/** The same for every path that leads to an installation. */
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

/** Where programs of this user keep what has to outlive a restart and is of no use to a person. */
export function patchTurnsFolder(
  platform: NodeJS.Platform = process.platform,
  env: Readonly<Record<string, string | undefined>> = process.env,
  home: string = os.homedir(),
): string {
  const name = 'patch-turns';
  if (platform === 'win32') {
    return path.join(env.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'), 'Crynux Node Desktop', name);
  }
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Crynux Node Desktop', name);
  return path.join(env.XDG_STATE_HOME ?? path.join(home, '.local', 'state'), 'crynux-node-desktop', name);
}
