/**
 * One process at a time lets the official worker patch an installation: two workers that change the same files at once
 * would leave a mixture of both. A lock beside the files; the operating system gives it back however the process ends.
 */
import path from 'node:path';
import type { EngineLog } from '../log.ts';
import { tryLock } from '../models/folder-lock.ts';

const LOCK_FILE = '.crynux-node-desktop-patches.lock';

export class PatchTurn {
  readonly #installation: string;
  readonly #log: EngineLog;
  #release: (() => void) | null = null;

  constructor({ installation, log }: { readonly installation: string; readonly log: EngineLog }) {
    this.#installation = installation;
    this.#log = log;
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
    const about = { installation: this.#installation };
    try {
      const release = tryLock(path.join(this.#installation, LOCK_FILE));
      if (release === null) this.#log.info(about, 'another node lets this installation patch itself; ours runs without');
      return release;
    } catch (err) {
      // Where no lock can be written, no patch can either.
      this.#log.warn({ ...about, err }, 'the installation can not be locked; its worker runs without patches');
      return null;
    }
  }
}
