/** Whether and when a worker process that ended by itself is restarted. Pure. */
import type { ErrorView } from '../../contract/worker-channel.ts';

export interface RestartLimits {
  /** Wait before the first restart. */
  readonly baseMs: number;
  /** Longest wait. */
  readonly capMs: number;
  /** A process that ran this long started properly, so the count is reset. */
  readonly stableMs: number;
}

export const RESTART_LIMITS: RestartLimits = { baseMs: 1_000, capMs: 5 * 60_000, stableMs: 10 * 60_000 };

/** Causes that a restart cannot fix: configuration, key and data directory, not circumstances. */
const PERMANENT_FAILURES = new Set([
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

/** Another program's lease expires by itself, so it is retried soon, however often that has failed. */
const LEASE_ERROR = /^LEASE_/;
const LEASE_CAP_MS = 10_000;

export interface WorkerEnd {
  /** Number of consecutive failures before this one. */
  readonly failures: number;
  /** From its start to its end. */
  readonly ranMs: number;
  /** The error it reported, or how it ended. */
  readonly error: ErrorView;
  /** Uniform in [0, 1): profiles that fail together should not all restart together. */
  readonly fraction: number;
}

export type Restart = { readonly kind: 'never' } | { readonly kind: 'after'; readonly ms: number; readonly failures: number };

/** Doubles from the base to the cap; the wait is between half of that and all of it. */
export function restartAfter(end: WorkerEnd, { baseMs, capMs, stableMs }: RestartLimits = RESTART_LIMITS): Restart {
  if (PERMANENT_FAILURES.has(end.error.code)) return { kind: 'never' };
  const failures = (end.ranMs >= stableMs ? 0 : end.failures) + 1;
  const mostMs = LEASE_ERROR.test(end.error.code) ? Math.min(capMs, LEASE_CAP_MS) : capMs;
  const full = Math.min(mostMs, baseMs * 2 ** Math.min(failures - 1, 30));
  return { kind: 'after', failures, ms: Math.round(full / 2 + (full / 2) * end.fraction) };
}
