/**
 * How long starts wait for a node's polls, with evenly spaced polls or with the learned rhythm of starts. Without a
 * node, network or real time.
 */
import { StartRhythm } from '../loop/start-rhythm.ts';

const EVEN_PERIOD_MS = 500;

/**
 * Milliseconds since the first of the starts of one relay (crynux-relay on one machine, 2026-11-28), by its own clock:
 * every start in the recordings of its HTTP API, counting those of one round once.
 */
export const RECORDED_STARTS: readonly number[] = [
  0, 4_020, 6_048, 8_079, 62_405, 156_909, 158_953, 163_074, 261_281, 265_311, 295_381, 297_406, 299_428, 430_338, 432_363,
  498_451, 520_499, 542_546, 766_180, 784_229, 802_282,
];

export interface Simulated {
  /** For each start, milliseconds until the poll that shows it. */
  readonly waits: readonly number[];
  readonly polls: number;
  readonly ms: number;
}

interface Simulation {
  /** Ascending, by the network's clock. */
  readonly starts: readonly number[];
  readonly learns: boolean;
  /** Phase of the even polls; an integer, like all of these. */
  readonly phaseMs: number;
  /** The node's clock minus the network's. */
  readonly offsetMs: number;
}

/** Two loops poll alternately, like pointer and events; an answer takes no time. */
function simulatePolls({ starts, learns, phaseMs, offsetMs }: Simulation): Simulated {
  const rhythm = new StartRhythm();
  const evenAfter = (ms: number, loop: number) => {
    const phase = phaseMs + loop * EVEN_PERIOD_MS;
    return (Math.floor((ms - phase) / (2 * EVEN_PERIOD_MS)) + 1) * 2 * EVEN_PERIOD_MS + phase;
  };
  const nextOf = (ms: number, loop: number) =>
    (learns ? rhythm.nextPollMs(ms, loop === 0 ? 'even' : 'odd') : null) ?? evenAfter(ms, loop);
  const beginMs = (starts[0] ?? 0) + offsetMs - 10_000;
  const next = [evenAfter(beginMs, 0), evenAfter(beginMs, 1)];
  const waits: number[] = [];
  let [polls, lastMs] = [0, beginMs];
  for (const start of starts) {
    for (let isSeen = false; !isSeen; ) {
      const loop = (next[0] ?? 0) <= (next[1] ?? 0) ? 0 : 1;
      const nowMs = next[loop] ?? 0;
      polls += 1;
      isSeen = nowMs >= start + offsetMs;
      if (isSeen) {
        waits.push(nowMs - start - offsetMs);
        rhythm.observe({ networkMs: start, afterMs: lastMs, beforeMs: nowMs });
      }
      lastMs = nowMs;
      next[loop] = nextOf(nowMs, loop);
    }
  }
  return { waits, polls, ms: lastMs - beginMs };
}

/** Simulates 25 offsets between the two clocks and phases of the even polls. */
export function simulateMany(startsOf: (run: number) => readonly number[], learns: boolean): Simulated {
  const runs = Array.from({ length: 25 }, (_, run) =>
    simulatePolls({ starts: startsOf(run), learns, phaseMs: (run * 137) % 1_000, offsetMs: (run * 911) % 5_000 }),
  );
  const sum = (of: (run: Simulated) => number) => runs.reduce((all, run) => all + of(run), 0);
  return { waits: runs.flatMap(({ waits }) => waits), polls: sum(({ polls }) => polls), ms: sum(({ ms }) => ms) };
}
