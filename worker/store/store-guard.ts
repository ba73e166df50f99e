/** Checks that the files of an open store are still the ones that its directory lists. */
import { existsSync, statSync } from 'node:fs';
import type { Clock } from '../../protocol/ports.ts';
import { WorkerError } from '../kit/errors.ts';

const CHECK_EVERY_MS = 5_000;

export class StoreGuard {
  readonly #path: string | null;
  readonly #identity: string | null;

  /** Null: in memory, where nobody can delete it. */
  constructor(path: string | null) {
    this.#path = path;
    this.#identity = path === null ? null : identityOf(path);
  }

  /**
   * A process can continue writing to a deleted file, and everything is lost when it ends. A write-ahead log contains
   * the newest scores.
   * @throws WorkerError STORE_GONE
   */
  check(): void {
    const path = this.#path;
    if (path === null) return;
    if (identityOf(path) !== this.#identity) throw storeGone(path, `${path} was deleted or replaced`);
    if (!existsSync(`${path}-wal`)) throw storeGone(path, `${path}-wal was deleted`);
  }

  /** Runs until the signal aborts. @throws WorkerError STORE_GONE */
  async run(signal: AbortSignal, clock: Pick<Clock, 'sleep'>): Promise<void> {
    while (!signal.aborted) {
      this.check();
      await clock.sleep(CHECK_EVERY_MS, signal).catch(() => {});
    }
  }
}

function identityOf(path: string): string | null {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? null : `${stats.dev}:${stats.ino}`;
}

function storeGone(path: string, why: string): WorkerError {
  return new WorkerError('STORE_GONE', why, { path });
}
