/** Whether and when a worker process that ended by itself is started again. Pure. */
import type { ErrorView } from '../../contract/worker-channel.ts';

export interface RestartLimits {
  /** Before the first restart. */
  readonly baseMs: number;
  /** No wait is longer. */
  readonly capMs: number;
  /** A process that has run so long had nothing wrong with its start: the count begins anew. */
  readonly goodMs: number;
}

export const RESTART_LIMITS: RestartLimits = { baseMs: 1_000, capMs: 5 * 60_000, goodMs: 10 * 60_000 };

/** Causes that a restart only repeats: configuration, key and data directory, not circumstances. */
const LASTING = new Set([
  'WORKER_BAD_MESSAGE',
  'WORKER_ALREADY_STARTED',
  'WORKER_BAD_ANSWER',
  'STORE_OTHER_KEY',
  'STORE_NEWER_VERSION',
  'STORE_CORRUPT',
  'STORE_BAD_ROW',
  'ENGINE_NOT_ACCEPTED',
  'ENGINE_UNSUPPORTED',
  'ENGINE_BAD_ENVIRONMENT',
  'MODEL_BAD_CATALOGUE',
  'GPU_BAD_SELECTION',
  'GPU_UNKNOWN_CARD',
  'GPU_NOT_IDENTICAL',
  'GPU_NOT_ISOLATABLE',
  'GPU_REPORT_MISMATCH',
  'GPU_BAD_SETTINGS',
  'GPU_MIG_ENABLED',
  'GPU_COMPUTE_PROHIBITED',
]);

/** Another's lease runs out by itself: it is looked at again soon, however often that was in vain. */
const LEASE = /^LEASE_/;
const LEASE_CAP_MS = 10_000;

export interface WorkerEnd {
  /** Ends in a row before this one. */
  readonly failures: number;
  /** From its start to its end. */
  readonly ranMs: number;
  /** What it said, or how it ended. */
  readonly error: ErrorView;
  /** Uniform in [0, 1): profiles that fall together do not all rise together. */
  readonly fraction: number;
}

export type Restart = { readonly kind: 'never' } | { readonly kind: 'after'; readonly ms: number; readonly failures: number };

/** Doubles from the base to the cap; the wait is between half of that and all of it. */
export function restartAfter(end: WorkerEnd, { baseMs, capMs, goodMs }: RestartLimits = RESTART_LIMITS): Restart {
  if (LASTING.has(end.error.code)) return { kind: 'never' };
  const failures = (end.ranMs >= goodMs ? 0 : end.failures) + 1;
  const mostMs = LEASE.test(end.error.code) ? Math.min(capMs, LEASE_CAP_MS) : capMs;
  const full = Math.min(mostMs, baseMs * 2 ** Math.min(failures - 1, 30));
  return { kind: 'after', failures, ms: Math.round(full / 2 + (full / 2) * end.fraction) };
}
