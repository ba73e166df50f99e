/**
 * Predicts when a network starts tasks. A relay assigns tasks in rounds: after a round that started something, the next
 * begins at once, and otherwise two seconds later (RELAY_PROTOCOL 4.2). The work of each round adds to this, so starts lie
 * on a grid that drifts slightly and evenly. The starts that a node has seen predict the next rounds. Polls right after
 * them wait less, with the same number of polls. If starts do not fit, or the last one is too long ago, nothing is
 * predicted and polls stay evenly spaced.
 */
import { bestPollOffsets, ROUND_MS, STRAY_SHARE } from './poll-plan.ts';

/** How much longer a round that starts tasks takes than an idle one. Recorded from a relay: 20 to 31 ms. */
const STARTING_ROUND_EXTRA_MS = 20;
/** Work of an idle round, before anything is known. Recorded: 3 to 15 ms. */
const INITIAL_DRIFT_MS = 5;
const LEARNING_RATE = 0.3;
/** Two polls of one loop are never closer than this. */
const MIN_POLL_GAP_MS = 20;
/** Starts of one round come together. */
const SAME_ROUND_MS = 500;
/** Sum of the log-likelihoods against starts at any time, the older ones counting less: two that fit closely, or some more. */
const MIN_EVIDENCE = 3;
const EVIDENCE_DECAY = 0.8;
const MAX_EVIDENCE = 8;
/** How far the clocks of two machines may drift apart, per millisecond. */
const MAX_CLOCK_DRIFT = 0.0001;

/** A start as the node observed it. */
export interface ObservedStart {
  /** By the network's own clock, which is only consistent with itself. */
  readonly networkMs: number;
  /** Milliseconds on the node's clock: when the last poll that did not show it began. */
  readonly afterMs: number;
  /** When the poll that showed it ended. */
  readonly beforeMs: number;
}

interface LastStart {
  readonly networkMs: number;
  /** The node's clock minus the network's is between these two. */
  readonly offset: { readonly least: number; readonly most: number };
}

export class StartRhythm {
  #last: LastStart | null = null;
  #driftMs = INITIAL_DRIFT_MS;
  #evidence = 0;

  observe(start: ObservedStart): void {
    if (this.#last !== null) this.#learn(start.networkMs - this.#last.networkMs);
    this.#last = { networkMs: start.networkMs, offset: offsetAfter(this.#last, start) };
  }

  /** When to poll next, in the node's time: the first of the round's polls after `nowMs`; null = as without a rhythm. */
  nextPollMs(nowMs: number, loop: 'even' | 'odd'): number | null {
    const last = this.#last;
    if (last === null || this.#evidence < MIN_EVIDENCE) return null;
    const firstMs = last.networkMs + STARTING_ROUND_EXTRA_MS + (last.offset.least + last.offset.most) / 2;
    const stepMs = ROUND_MS + this.#driftMs;
    // The polls of a round are up to half a round away from it.
    const nearest = Math.max(0, Math.round((nowMs - firstMs) / stepMs));
    for (const round of [nearest, nearest + 1, nearest + 2]) {
      const spreadMs = Math.hypot(spreadAfter(round), (last.offset.most - last.offset.least) / 4);
      const offsetsMs = bestPollOffsets(spreadMs);
      if (offsetsMs === null) return null;
      for (let i = loop === 'even' ? 0 : 1; i < offsetsMs.length; i += 2) {
        const atMs = Math.ceil(firstMs + round * stepMs + (offsetsMs[i] ?? 0));
        if (atMs - nowMs >= MIN_POLL_GAP_MS) return atMs;
      }
    }
    return null;
  }

  /** From one start to the next: whole rounds, and the time they took beyond their pauses. */
  #learn(gapMs: number): void {
    if (gapMs < SAME_ROUND_MS) return;
    const rounds = Math.floor(gapMs / ROUND_MS);
    const restMs = gapMs - rounds * ROUND_MS;
    const awayMs = restMs - STARTING_ROUND_EXTRA_MS - rounds * this.#driftMs;
    const spreadMs = spreadAfter(rounds);
    const likelihoodRatio = STRAY_SHARE + (1 - STRAY_SHARE) * ROUND_MS * normalDensity(awayMs, spreadMs);
    this.#evidence = Math.min(MAX_EVIDENCE, this.#evidence * EVIDENCE_DECAY + Math.log(likelihoodRatio));
    if (rounds < 3 || Math.abs(awayMs) > 3 * spreadMs) return;
    this.#driftMs += LEARNING_RATE * ((restMs - STARTING_ROUND_EXTRA_MS) / rounds - this.#driftMs);
  }
}

/** Standard deviation of the prediction, for this number of rounds ahead. */
function spreadAfter(rounds: number): number {
  return 15 + 4 * rounds;
}

function normalDensity(away: number, spread: number): number {
  return Math.exp(-((away / spread) ** 2) / 2) / (spread * Math.sqrt(2 * Math.PI));
}

/** Every start narrows it; if they contradict each other, a clock was set, and only the newest one counts. */
function offsetAfter(last: LastStart | null, { networkMs, afterMs, beforeMs }: ObservedStart): LastStart['offset'] {
  const now = { least: afterMs - networkMs, most: beforeMs - networkMs };
  if (last === null) return now;
  const driftMs = Math.abs(networkMs - last.networkMs) * MAX_CLOCK_DRIFT;
  const least = Math.max(now.least, last.offset.least - driftMs);
  const most = Math.min(now.most, last.offset.most + driftMs);
  return least <= most ? { least, most } : now;
}
