/** Waiting for a deadline in another clock's time, whose estimate may improve meanwhile. */
import type { Clock } from '../../protocol/ports.ts';

/** How often the remaining time is computed again. */
const RECHECK_MS = 10_000;

/** Resolves when no time is left. @throws the signal's reason */
export async function sleepUntilOver(clock: Clock, timeLeftMs: () => number, signal: AbortSignal): Promise<void> {
  for (let left = timeLeftMs(); left > 0; left = timeLeftMs()) await clock.sleep(Math.min(left, RECHECK_MS), signal);
}

/** Gives the work a signal that aborts when no time is left. */
export async function withDeadline<Result>(
  { clock, timeLeftMs }: { readonly clock: Clock; readonly timeLeftMs: () => number },
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const over = new AbortController();
  const done = new AbortController();
  sleepUntilOver(clock, timeLeftMs, done.signal).then(
    () => over.abort(new DOMException('the deadline has passed', 'TimeoutError')),
    () => {},
  );
  try {
    return await work(over.signal);
  } finally {
    done.abort();
  }
}
