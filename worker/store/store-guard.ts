/** Looks whether the files of an open store are still those that its directory names. */
import { existsSync, statSync } from 'node:fs';
import type { Clock } from '../../protocol/ports.ts';
import { WorkerError } from '../kit/errors.ts';

const LOOK_EVERY_MS = 5_000;

export class StoreGuard {
  readonly #path: string | null;
  readonly #identity: string | null;

  /** Null: in memory, where nobody can take it away. */
  constructor(path: string | null) {
    this.#path = path;
    this.#identity = path === null ? null : identityOf(path);
  }

  /**
   * A process goes on writing to a file that was deleted under its hands, and all of it is gone with the process. A
   * write-ahead log holds the newest scores.
   * @throws WorkerError STORE_GONE
   */
  check(): void {
    const path = this.#path;
    if (path === null) return;
    if (identityOf(path) !== this.#identity) throw gone(path, `${path} was deleted or replaced`);
    if (!existsSync(`${path}-wal`)) throw gone(path, `${path}-wal was deleted`);
  }

  /** Until the signal aborts. @throws WorkerError STORE_GONE */
  async run(signal: AbortSignal, clock: Pick<Clock, 'sleep'>): Promise<void> {
    while (!signal.aborted) {
      this.check();
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
    }
  }
}

function identityOf(path: string): string | null {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? null : `${stats.dev}:${stats.ino}`;
}

function gone(path: string, why: string): WorkerError {
  return new WorkerError('STORE_GONE', why, { path });
}
