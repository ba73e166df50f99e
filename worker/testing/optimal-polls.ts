/** The best positions of four polls in a round, found by trying all: {@link bestPollOffsets} has them in its table. */
import { POLLS_PER_ROUND, ROUND_MS } from '../loop/poll-plan.ts';

const BIN_MS = 25;
const BINS = ROUND_MS / BIN_MS;

/** @param spreadMs standard deviation of the prediction; @param stray share of starts that may be anywhere */
export function optimalPolls(spreadMs: number, stray: number): readonly number[] {
  return planFor(startDensity(spreadMs, stray));
}

/** Probability of a start per bin; the sum is 1. */
function startDensity(spreadMs: number, stray: number): readonly number[] {
  const bell = Array.from({ length: BINS }, (_, bin) => Math.exp(-(((offsetOfBin(bin) - BIN_MS / 2) / spreadMs) ** 2) / 2));
  const sum = bell.reduce((all, part) => all + part, 0);
  return bell.map((part) => ((1 - stray) * part) / sum + stray / BINS);
}

/** Offset of a bin's end from the predicted time: a poll there sees everything that started in the bin. */
const offsetOfBin = (bin: number) => (bin + 1) * BIN_MS - ROUND_MS / 2;

/** The bins after which to poll: for each position of the first one, the others by dynamic programming. */
function planFor(density: readonly number[]): readonly number[] {
  const mass = prefixSums(density);
  const moment = prefixSums(density.map((part, bin) => part * offsetOfBin(bin)));
  /**
   * Waiting time of everything that starts after bin `a` and up to bin `b`, until a poll at `atMs`; −1 = from the start
   * of the round.
   */
  const wait = (a: number, b: number, atMs: number) =>
    atMs * ((mass[b + 1] ?? 0) - (mass[a + 1] ?? 0)) - ((moment[b + 1] ?? 0) - (moment[a + 1] ?? 0));
  let best = { cost: Number.POSITIVE_INFINITY, bins: [] as number[] };
  for (let first = 0; first < BINS; first++) {
    let costs = new Float64Array(BINS).fill(Number.POSITIVE_INFINITY);
    costs[first] = wait(-1, first, offsetOfBin(first));
    const before: Int16Array[] = [];
    for (let poll = 1; poll < POLLS_PER_ROUND; poll++) {
      const next = new Float64Array(BINS).fill(Number.POSITIVE_INFINITY);
      const from = new Int16Array(BINS).fill(-1);
      for (let bin = first + poll; bin < BINS; bin++) {
        for (let last = first + poll - 1; last < bin; last++) {
          const cost = (costs[last] ?? 0) + wait(last, bin, offsetOfBin(bin));
          if (cost >= (next[bin] ?? 0)) continue;
          next[bin] = cost;
          from[bin] = last;
        }
      }
      costs = next;
      before.push(from);
    }
    for (let last = first + POLLS_PER_ROUND - 1; last < BINS; last++) {
      // What starts after the last poll waits for the first one of the next round.
      const cost = (costs[last] ?? 0) + wait(last, BINS - 1, offsetOfBin(first) + ROUND_MS);
      if (cost < best.cost) best = { cost, bins: pathTo(last, before) };
    }
  }
  return best.bins.map(offsetOfBin);
}

function pathTo(last: number, before: readonly Int16Array[]): number[] {
  const path = [last];
  for (const from of before.toReversed()) path.unshift(from[path[0] ?? 0] ?? 0);
  return path;
}

/** Prefix sums, one more than there are values. */
function prefixSums(values: readonly number[]): readonly number[] {
  const sums = [0];
  for (const value of values) sums.push((sums.at(-1) ?? 0) + value);
  return sums;
}
