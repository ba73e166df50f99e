/** Where in a round to look, so that what starts about a foretold time is seen soonest on average. */

/** Between two rounds of a relay that had nothing to start. Source: RELAY_PROTOCOL 4.2 */
export const ROUND_MS = 2_000;
/** As many as without a rhythm: pointer and events once a second each. */
export const LOOKS_A_ROUND = 4;
/** Part of the starts that may lie anywhere in the round. */
export const STRAY = 0.1;

interface LookPlan {
  /** Up to this standard deviation of what is foretold. */
  readonly spreadMs: number;
  /** Milliseconds from the foretold time, ascending. */
  readonly looks: readonly number[];
}

/** The best of all to 25 ms, found by worker/testing/optimal-looks.ts; a test holds them against it. */
export const LOOK_PLANS: readonly LookPlan[] = [
  { spreadMs: 25, looks: [-625, 25, 75, 725] },
  { spreadMs: 50, looks: [-925, 0, 50, 150] },
  { spreadMs: 100, looks: [-950, -25, 100, 250] },
  { spreadMs: 200, looks: [-125, 75, 275, 600] },
  { spreadMs: 400, looks: [-300, 50, 375, 800] },
];

/** Null: too little is known to be better than even looks. */
export function bestLooks(spreadMs: number): readonly number[] | null {
  return LOOK_PLANS.find((plan) => spreadMs <= plan.spreadMs)?.looks ?? null;
}
