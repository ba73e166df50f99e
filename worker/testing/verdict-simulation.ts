/**
 * How long verdicts wait for a node's polls, once a second, or at the time that the previous delays predict. Without a node, network or
 * real time.
 */
import { elapsedMs, toMonotonic } from '../../protocol/monotonic.ts';
import { nextVerdictPoll, VerdictPace } from '../loop/verdict-pace.ts';

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
  readonly polls: number;
}

/** Each task's score is sent at a different distance from the full second. */
export function simulateVerdicts(delays: readonly number[], learns: boolean): SimulatedVerdicts {
  const waits: number[] = [];
  let polls = 0;
  for (let run = 0; run < 25; run++) {
    const pace = new VerdictPace();
    for (const [i, delay] of delays.entries()) {
      const sentMs = 1_000_000 + ((run * 137 + i * 389) % 1_000);
      const verdictMs = sentMs + delay;
      const after = learns ? pace.pollAfterMs() : null;
      const predicted = after === null ? null : toMonotonic(sentMs + after);
      let pollMs = sentMs;
      while (pollMs < verdictMs) {
        pollMs = elapsedMs(toMonotonic(0), nextVerdictPoll(toMonotonic(pollMs), predicted));
        // An event has reported it earlier.
        if (pollMs > nextEventMs(verdictMs)) pollMs = nextEventMs(verdictMs);
        polls += 1;
      }
      waits.push(pollMs - verdictMs);
      pace.record(delay);
    }
  }
  return { waits, polls };
}

/** Events are polled at half seconds. */
function nextEventMs(ms: number): number {
  return Math.ceil((ms - 500) / 1_000) * 1_000 + 500;
}
