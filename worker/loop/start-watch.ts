/** Notes between which looks each task has started, and says when the next look is worth most ({@link StartRhythm}). */
import type { Hex } from '../../protocol/hex.ts';
import { type MonotonicSource, startStopwatch } from '../../protocol/monotonic.ts';
import { type SeenStart, StartRhythm } from './start-rhythm.ts';

/** Noticed, and not yet read: more are nobody's. */
const MOST_NOTICED = 32;

type Bracket = Omit<SeenStart, 'networkMs'>;

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

  /** A look that began at `beganMs` has ended; where it noticed nothing, no task had started before it. */
  looked(beganMs: number): void {
    if (this.#noticedMs < beganMs) this.#emptyMs = Math.max(this.#emptyMs ?? beganMs, beganMs);
  }

  /** A look shows a task that was not there before. */
  noticed(commitment: Hex): void {
    const nowMs = this.nowMs();
    this.#noticedMs = nowMs;
    if (this.#emptyMs === null || this.#noticed.has(commitment)) return;
    this.#noticed.set(commitment, { afterMs: this.#emptyMs, byMs: nowMs });
    const [oldest] = this.#noticed.keys();
    if (this.#noticed.size > MOST_NOTICED && oldest !== undefined) this.#noticed.delete(oldest);
  }

  /** When the network started it, by the network's own clock. */
  started(commitment: Hex, networkMs: number): void {
    const bracket = this.#noticed.get(commitment);
    if (bracket === undefined) return;
    this.#noticed.delete(commitment);
    this.#rhythm.seen({ networkMs, ...bracket });
  }

  /** Milliseconds to the next look of one of the two loops that take turns; null = starts foretell nothing. */
  untilLook(part: 'even' | 'odd'): number | null {
    const nowMs = this.nowMs();
    const next = this.#rhythm.nextLook(nowMs, part);
    return next === null ? null : next - nowMs;
  }
}
