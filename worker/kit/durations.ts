/** A histogram of durations in the format of monitoring systems. */
import type { Durations } from '../../contract/metrics.ts';

export class DurationCounts {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;
  #count = 0;

  /** @param bounds upper bounds of the buckets in seconds, ascending */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = bounds.map(() => 0);
  }

  /** Negative durations, which two different clocks can produce, count as 0. */
  add(ms: number): void {
    const seconds = Math.max(0, ms / 1_000);
    const step = this.#bounds.findIndex((bound) => seconds <= bound);
    if (step >= 0) this.#counts[step] = (this.#counts[step] ?? 0) + 1;
    this.#sum += seconds;
    this.#count += 1;
  }

  view(): Durations {
    let below = 0;
    const counts = this.#counts.map((count) => {
      below += count;
      return below;
    });
    return { counts, sum: this.#sum, count: this.#count };
  }
}
