/**
 * How long verdicts wait for a node's polls, made once a second or at the previous delays. Without a node, network or
 * real time.
 */
import { elapsedMs, toMonotonic } from '../../protocol/monotonic.ts';
import { nextVerdictLook, VerdictPace } from '../loop/verdict-pace.ts';

/**
 * Milliseconds from an accepted score to its verdict, in the order of the verdicts (crynux-relay on one machine, 2026-11-28):
 * all in the recordings of its HTTP API.
 */
export const RECORDED_VERDICTS: readonly number[] = [
  1_084, 172, 119, 221, 317, 79, 61, 95, 81, 91, 81, 103, 93, 49, 36, 36, 28, 18, 29, 16, 22, 25, 20, 15, 24, 14_714, 14_706,
  16_199, 16_194, 16_202,
];

export interface SimulatedVerdicts {
  /** For each verdict, milliseconds until the poll or event that shows it. */
  readonly waits: readonly number[];
  /** Number of task polls; events are polled anyway. */
  readonly looks: number;
}

/** Each task's score is sent at a different distance from the full second. */
export function simulateVerdicts(delays: readonly number[], learns: boolean): SimulatedVerdicts {
  const waits: number[] = [];
  let looks = 0;
  for (let run = 0; run < 25; run++) {
    const pace = new VerdictPace();
    for (const [i, delay] of delays.entries()) {
      const sentMs = 1_000_000 + ((run * 137 + i * 389) % 1_000);
      const verdictMs = sentMs + delay;
      const after = learns ? pace.lookAfterMs() : null;
      const foretold = after === null ? null : toMonotonic(sentMs + after);
      let lookMs = sentMs;
      while (lookMs < verdictMs) {
        lookMs = elapsedMs(toMonotonic(0), nextVerdictLook(toMonotonic(lookMs), foretold));
        // An event has reported it earlier.
        if (lookMs > eventAfter(verdictMs)) lookMs = eventAfter(verdictMs);
        looks += 1;
      }
      waits.push(lookMs - verdictMs);
      pace.took(delay);
    }
  }
  return { waits, looks };
}

/** Events are polled at half seconds. */
function eventAfter(ms: number): number {
  return Math.ceil((ms - 500) / 1_000) * 1_000 + 500;
}
