/** Runs all checks at once; one that hangs does not delay the others. */
import { PREFLIGHT_CHECKS, type PreflightReport, type PreflightResult } from '../../contract/preflight.ts';
import type { Clock } from '../../protocol/ports.ts';
import { type Check, objection, objectionOf, resultOf, type Verdict } from './check.ts';
import { attributeOutage } from './outage.ts';

export interface PreflightOptions {
  readonly checks: readonly Check[];
  readonly clock: Clock;
  /** Per check, milliseconds. */
  readonly timeoutMs?: number;
  /** Called with each result as soon as it is available. */
  readonly onResult?: (result: PreflightResult) => void;
  readonly signal?: AbortSignal;
}

const PREFLIGHT_TIMEOUT_MS = 20_000;

/** @throws the signal's reason if it aborts. */
export async function runPreflight(options: PreflightOptions): Promise<PreflightReport> {
  const { checks, clock, timeoutMs = PREFLIGHT_TIMEOUT_MS, onResult, signal } = options;
  signal?.throwIfAborted();
  const results = await Promise.all(
    checks.map(async (check) => {
      const result = resultOf(check.id, await runCheck({ check, clock, timeoutMs, signal: signal ?? null }));
      onResult?.(result);
      return result;
    }),
  );
  signal?.throwIfAborted();
  const order = (result: PreflightResult) => PREFLIGHT_CHECKS.indexOf(result.id);
  const inOrder = attributeOutage(results).toSorted((a, b) => order(a) - order(b));
  return { atMs: clock.now(), results: inOrder, mayStart: mayStart(results) };
}

/**
 * The only uncertainty that forbids a start is a possible second machine with this key, because the damage would be
 * irreversible.
 */
export function mayStart(results: readonly PreflightResult[]): boolean {
  return results.every(({ id, state }) => state !== 'fail' && !(id === 'doppelganger' && state === 'unknown'));
}

interface Run {
  readonly check: Check;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | null;
}

async function runCheck({ check, clock, timeoutMs, signal }: Run): Promise<Verdict> {
  const over = new AbortController();
  const stop = () => over.abort();
  signal?.addEventListener('abort', stop, { once: true });
  const late = clock.sleep(timeoutMs, over.signal).then(
    () => objection('unknown', 'PREFLIGHT_TIMED_OUT', { timeoutMs }),
    () => objection('unknown', 'PREFLIGHT_TIMED_OUT'),
  );
  try {
    return await Promise.race([attempt(check, over.signal), late]);
  } finally {
    over.abort();
    signal?.removeEventListener('abort', stop);
  }
}

async function attempt(check: Check, signal: AbortSignal): Promise<Verdict> {
  try {
    return await check.run(signal);
  } catch (error) {
    return objectionOf(error, 'unknown');
  }
}
