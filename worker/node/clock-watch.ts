/**
 * Notices that the machine has slept or that its date was set. Timers of some systems stand still while the machine sleeps,
 * of others they do not: in one case date and monotonic clock come apart, in the other a short wait took very long.
 */
import { elapsedMs, monotonicNow } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';
import { STEP_MS } from '../networks/network-clock.ts';

export interface ClockJump {
  /** How far the date moved beyond the time that passed. */
  readonly steppedMs: number;
  /** The machine may have been asleep for so long; 0 = the date was only set. Connections of before are dead then. */
  readonly mayHaveSleptMs: number;
}

const LOOK_EVERY_MS = 1_000;
/** A wait that takes this much longer was interrupted by more than a busy machine. */
const STALLED_MS = 15_000;

/** Until the signal aborts; then resolves. */
export async function watchClock(clock: Clock, onJump: (jump: ClockJump) => void, signal: AbortSignal): Promise<void> {
  let before = { dateMs: clock.now(), at: monotonicNow(clock) };
  while (!signal.aborted) {
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
    if (signal.aborted) return;
    const after = { dateMs: clock.now(), at: monotonicNow(clock) };
    const passedMs = elapsedMs(before.at, after.at);
    const steppedMs = after.dateMs - before.dateMs - passedMs;
    const stalledMs = passedMs - LOOK_EVERY_MS;
    if (Math.abs(steppedMs) > STEP_MS || stalledMs > STALLED_MS) {
      const sleptMs = Math.max(steppedMs, stalledMs);
      onJump({ steppedMs, mayHaveSleptMs: sleptMs > STALLED_MS ? sleptMs : 0 });
    }
    before = after;
  }
}
