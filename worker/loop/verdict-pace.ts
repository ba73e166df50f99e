/**
 * When to poll for the verdict on a score. Applications differ, but one application often takes about as long as the
 * last time. One of the polls made once a second is moved to where it would have shown the last verdicts soonest; the
 * number of polls stays the same.
 */
import { addMs, elapsedMs, type Monotonic, msUntilSlot } from '../../protocol/monotonic.ts';
import type { TaskStatus } from '../../protocol/tasks/status.ts';
import type { RemoteTask } from '../../protocol/wire/task.ts';
import { SOON_MS } from './task-cadence.ts';

/** The first sign of an application's verdict; an abort may come from anybody. */
const VERDICTS: ReadonlySet<TaskStatus> = new Set<TaskStatus>([
  'Validated',
  'GroupValidated',
  'EndGroupRefund',
  'EndInvalidated',
]);
const MAX_DELAYS = 12;
const MIN_DELAYS = 3;
/** A poll at exactly that time may come slightly before the verdict, and would be wasted. */
const MARGIN_MS = 40;
/** Average wait for a verdict without a prediction: events and polls alternate, half a second apart. */
const AVERAGE_WAIT_MS = 250;
/** A predicted poll is only worth it if it saves at least this much on average. */
const MIN_GAIN_MS = 100;

export class VerdictPace {
  #delays: readonly number[] = [];

  /** A task whose status has changed. */
  observe({ status, scoreReadyTimeMs, validatedTimeMs }: RemoteTask): void {
    if (VERDICTS.has(status) && scoreReadyTimeMs !== null && validatedTimeMs !== null) {
      this.record(validatedTimeMs - scoreReadyTimeMs);
    }
  }

  /** @param ms from the accepted score to the verdict, both by the network's clock */
  record(ms: number): void {
    if (ms >= 0) this.#delays = [...this.#delays, ms].slice(-MAX_DELAYS);
  }

  /** Milliseconds from sending a score to the poll that is likely to show its verdict soonest; null = no prediction. */
  pollAfterMs(): number | null {
    if (this.#delays.length < MIN_DELAYS) return null;
    const costOf = (pollMs: number) => {
      const waits = this.#delays.map((delay) => (delay <= pollMs ? Math.min(pollMs - delay, AVERAGE_WAIT_MS) : AVERAGE_WAIT_MS));
      return waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
    };
    const candidates = this.#delays.map((delay) => delay + MARGIN_MS).map((pollMs) => ({ pollMs, cost: costOf(pollMs) }));
    const best = candidates.reduce((one, other) => (other.cost < one.cost ? other : one));
    return best.cost <= AVERAGE_WAIT_MS - MIN_GAIN_MS ? best.pollMs : null;
  }
}

/**
 * The poll after `now`: once a second, with the predicted one replacing the nearest. So up to a second and a half may pass
 * between two of these polls, but no verdict waits longer than a second, because an event poll comes in between. Moving all
 * of them instead of one would put them at the times of the event polls, which may double the wait for other verdicts.
 */
export function nextVerdictPoll(now: Monotonic, predicted: Monotonic | null): Monotonic {
  const slot = addMs(now, msUntilSlot(now, SOON_MS, 0));
  if (predicted === null) return slot;
  const fromSlotMs = elapsedMs(slot, predicted);
  if (elapsedMs(now, predicted) > 0) return fromSlotMs < SOON_MS / 2 ? predicted : slot;
  return fromSlotMs > -SOON_MS ? addMs(slot, SOON_MS) : slot;
}
