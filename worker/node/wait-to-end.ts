/** What a stopping node waits for before it disconnects from its network. */
import { type MonotonicSource, startStopwatch } from '../../protocol/monotonic.ts';
import type { LoopContext } from '../loop/context.ts';

const WITHOUT_NETWORK_MS = 30_000;
const CHECK_MS = 250;

/**
 * Waits until it is done, the signal aborts, or network or chain have been unreachable for half a minute. Unfinished
 * work stays in the store and continues at the next start.
 */
export async function waitToEnd(
  clock: LoopContext['clock'] & MonotonicSource,
  wait: { readonly isDone: () => boolean; readonly isReachable: () => boolean; readonly signal: AbortSignal },
): Promise<void> {
  const { isDone, isReachable, signal } = wait;
  let unreachableForMs: (() => number) | null = null;
  while (!isDone() && !signal.aborted) {
    if (isReachable()) unreachableForMs = null;
    else unreachableForMs ??= startStopwatch(clock);
    if (unreachableForMs !== null && unreachableForMs() > WITHOUT_NETWORK_MS) return;
    await clock.sleep(CHECK_MS, signal).catch(() => {});
  }
}
