/** The state machine of a download. A transition that is not in the table is a bug or came too late, and throws. */
import type { DownloadState } from '../../contract/models.ts';
import { ModelStoreError } from './errors.ts';

export type DownloadStateKind = DownloadState['kind'];

const EDGES: Readonly<Record<DownloadStateKind, readonly DownloadStateKind[]>> = {
  // Failed: the ID is no longer known.
  queued: ['downloading', 'failed', 'paused', 'cancelled'],
  // Back to queued: a task's model takes precedence, or the process ended.
  downloading: ['verifying', 'done', 'failed', 'paused', 'cancelled', 'queued'],
  // A model has several files, and each is verified when it is complete.
  verifying: ['downloading', 'done', 'failed', 'paused', 'cancelled', 'queued'],
  paused: ['queued', 'cancelled'],
  failed: ['queued', 'paused', 'cancelled'],
  done: ['queued'],
  cancelled: ['queued'],
};

export const DOWNLOAD_STATES = Object.keys(EDGES) as readonly DownloadStateKind[];

/** A process is working on it. */
export function isRunning(kind: DownloadStateKind): boolean {
  return kind === 'downloading' || kind === 'verifying';
}

/** @throws ModelStoreError MODEL_ILLEGAL_STATE */
export function assertDownloadMove(from: DownloadStateKind, to: DownloadStateKind): void {
  if (EDGES[from].includes(to)) return;
  throw new ModelStoreError('MODEL_ILLEGAL_STATE', `a download that is ${from} cannot become ${to}`, { from, to });
}

/** RELAY_PROTOCOL 8.8: three attempts. */
const RETRY_DELAYS_MS: readonly number[] = [30_000, 60_000];

/** When to retry after the nth consecutive failure; null = not automatically. */
export function retryAtMs(failures: number, nowMs: number): number | null {
  const wait = RETRY_DELAYS_MS[failures - 1];
  return wait === undefined ? null : nowMs + wait;
}

/**
 * Several processes share the rows, also across restarts, so a retry has a date. If it is further away than any wait,
 * the date was set back meanwhile, and the retry is due.
 */
export function isRetryDue(retryAtMs: number | null, nowMs: number): boolean {
  return retryAtMs !== null && (retryAtMs <= nowMs || retryAtMs > nowMs + Math.max(...RETRY_DELAYS_MS));
}
