/** Statistics of requests to one other side since the process started. */
import { REQUEST_SECONDS, type TrafficView } from '../../contract/metrics.ts';
import { type MonotonicSource, startStopwatch } from '../../protocol/monotonic.ts';
import { DurationCounts } from './durations.ts';

export class Traffic {
  readonly #clock: MonotonicSource;
  readonly #seconds = new DurationCounts(REQUEST_SECONDS);
  #requests = 0;
  #failures = 0;

  constructor(clock: MonotonicSource) {
    this.#clock = clock;
  }

  /**
   * Call this when a request starts, and the returned function when it ends: false = there was no answer, or no usable
   * one.
   */
  begin(): (answered: boolean) => void {
    const passedMs = startStopwatch(this.#clock);
    return (answered) => {
      this.#requests += 1;
      if (answered) this.#seconds.add(passedMs());
      else this.#failures += 1;
    };
  }

  view(): TrafficView {
    return { requests: this.#requests, failures: this.#failures, seconds: this.#seconds.view() };
  }
}
