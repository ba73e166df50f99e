/**
 * Notices that the machine has slept or that its date was set. On some systems timers stop while the machine sleeps, so
 * the date and the monotonic clock diverge; on others they keep running, so a short wait takes very long.
 */
import { elapsedMs, monotonicNow } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';
import { STEP_MS } from '../networks/network-clock.ts';

export interface ClockJump {
  /** How far the date moved beyond the elapsed time. */
  readonly steppedMs: number;
  /**
   * For how long the machine may have been asleep; 0 = only the date was set. After a sleep, existing connections are
   * dead.
   */
  readonly mayHaveSleptMs: number;
}

const CHECK_EVERY_MS = 1_000;
/** If a wait takes this much longer than planned, the cause is more than a busy machine. */
const STALLED_MS = 15_000;

/** Resolves when the signal aborts. */
export async function watchClock(clock: Clock, onJump: (jump: ClockJump) => void, signal: AbortSignal): Promise<void> {
  let before = { dateMs: clock.now(), at: monotonicNow(clock) };
  while (!signal.aborted) {
    await clock.sleep(CHECK_EVERY_MS, signal).catch(() => {});
    if (signal.aborted) return;
    const after = { dateMs: clock.now(), at: monotonicNow(clock) };
    const passedMs = elapsedMs(before.at, after.at);
    const steppedMs = after.dateMs - before.dateMs - passedMs;
    const stalledMs = passedMs - CHECK_EVERY_MS;
    if (Math.abs(steppedMs) > STEP_MS || stalledMs > STALLED_MS) {
      const sleptMs = Math.max(steppedMs, stalledMs);
      onJump({ steppedMs, mayHaveSleptMs: sleptMs > STALLED_MS ? sleptMs : 0 });
    }
    before = after;
  }
}
