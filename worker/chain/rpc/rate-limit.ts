/** A token bucket: at most `burst` at once and `perSecond` in the long run; requests that come too early wait. */
import { startStopwatch } from '../../../protocol/monotonic.ts';
import type { Clock } from '../../../protocol/ports.ts';

export class RateLimit {
  readonly #clock: Clock;
  readonly #elapsedMs: () => number;
  readonly #intervalMs: number;
  readonly #burst: number;
  /** The time at which the next request would be due if requests were evenly spaced. */
  #nextMs = Number.NEGATIVE_INFINITY;

  constructor({ clock, perSecond, burst }: { clock: Clock; perSecond: number; burst: number }) {
    this.#clock = clock;
    this.#elapsedMs = startStopwatch(clock);
    this.#intervalMs = 1000 / perSecond;
    this.#burst = burst;
  }

  async take(): Promise<void> {
    const now = this.#elapsedMs();
    const earliest = now - (this.#burst - 1) * this.#intervalMs;
    const due = Math.max(this.#nextMs, earliest);
    this.#nextMs = due + this.#intervalMs;
    if (due > now) await this.#clock.sleep(due - now);
  }
}
