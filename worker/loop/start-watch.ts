/** Records between which polls each task started, and says when the next poll is most useful ({@link StartRhythm}). */
import type { Hex } from '../../protocol/hex.ts';
import { type MonotonicSource, startStopwatch } from '../../protocol/monotonic.ts';
import { type ObservedStart, StartRhythm } from './start-rhythm.ts';

/** The maximum number of noticed starts that have not been read yet. */
const MAX_NOTICED = 32;

type Bracket = Omit<ObservedStart, 'networkMs'>;

export class StartWatch {
  readonly #rhythm = new StartRhythm();
  /** Milliseconds since this was made. */
  readonly nowMs: () => number;
  #emptyMs: number | null = null;
  #noticedMs = Number.NEGATIVE_INFINITY;
  readonly #noticed = new Map<Hex, Bracket>();

  constructor(clock: MonotonicSource) {
    this.nowMs = startStopwatch(clock);
  }

  /** A poll that began at `beganMs` has ended; if it noticed nothing, no task had started before it. */
  recordPoll(beganMs: number): void {
    if (this.#noticedMs < beganMs) this.#emptyMs = Math.max(this.#emptyMs ?? beganMs, beganMs);
  }

  /** A poll shows a new task. */
  recordNotice(commitment: Hex): void {
    const nowMs = this.nowMs();
    this.#noticedMs = nowMs;
    if (this.#emptyMs === null || this.#noticed.has(commitment)) return;
    this.#noticed.set(commitment, { afterMs: this.#emptyMs, beforeMs: nowMs });
    const [oldest] = this.#noticed.keys();
    if (this.#noticed.size > MAX_NOTICED && oldest !== undefined) this.#noticed.delete(oldest);
  }

  /** When the network started it, by the network's own clock. */
  recordStart(commitment: Hex, networkMs: number): void {
    const bracket = this.#noticed.get(commitment);
    if (bracket === undefined) return;
    this.#noticed.delete(commitment);
    this.#rhythm.observe({ networkMs, ...bracket });
  }

  /** Milliseconds to the next poll of one of the two alternating loops; null = starts predict nothing. */
  msUntilPoll(loop: 'even' | 'odd'): number | null {
    const nowMs = this.nowMs();
    const next = this.#rhythm.nextPollMs(nowMs, loop);
    return next === null ? null : next - nowMs;
  }
}
