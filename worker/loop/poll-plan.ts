/** When to poll within a round, so that a start near the predicted time is seen soonest on average. */

/** Between two rounds of a relay that had nothing to start. Source: RELAY_PROTOCOL 4.2 */
export const ROUND_MS = 2_000;
/** As many polls as without a rhythm: pointer and events once a second each. */
export const POLLS_PER_ROUND = 4;
/** Share of the starts that may be anywhere in the round. */
export const STRAY_SHARE = 0.1;

interface PollPlan {
  /** Up to this standard deviation of the prediction. */
  readonly spreadMs: number;
  /** Milliseconds from the predicted time, ascending. */
  readonly offsetsMs: readonly number[];
}

/** The optimum to 25 ms, found by worker/testing/optimal-polls.ts; a test checks it. */
export const POLL_PLANS: readonly PollPlan[] = [
  { spreadMs: 25, offsetsMs: [-625, 25, 75, 725] },
  { spreadMs: 50, offsetsMs: [-925, 0, 50, 150] },
  { spreadMs: 100, offsetsMs: [-950, -25, 100, 250] },
  { spreadMs: 200, offsetsMs: [-125, 75, 275, 600] },
  { spreadMs: 400, offsetsMs: [-300, 50, 375, 800] },
];

/** Null: too little is known to improve on evenly spaced polls. */
export function bestPollOffsets(spreadMs: number): readonly number[] | null {
  return POLL_PLANS.find((plan) => spreadMs <= plan.spreadMs)?.offsetsMs ?? null;
}
