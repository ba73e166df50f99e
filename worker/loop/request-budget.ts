/**
 * What this node may ask a network per minute: as much as the official node and not one request more, whatever
 * happened in the minute. Source: RELAY_PROTOCOL 8.10 (pointer 1 s, events 1 s, status 5 s).
 */
import type { Clock } from '../../protocol/ports.ts';

export const WINDOW_MS = 60_000;
export const OFFICIAL_PER_MINUTE = 60 + 60 + 12;
/**
 * Requests per minute beyond the regular polls. The regular polls of an idle minute are 60 + 60 + 4 (status every
 * 15 s) and now and then the clock: what is saved on the status is spent right after a task has ended.
 */
export const EXTRA_PER_MINUTE = 6;

export class RequestBudget {
  readonly #clock: Clock;
  #spent: number[] = [];
  #extras: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when one more request fits into the last minute, and counts it. @throws the signal's reason */
  async take(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const now = this.#forget();
      const oldest = this.#spent[0];
      if (oldest === undefined || this.#spent.length < OFFICIAL_PER_MINUTE) {
        this.#spent.push(now);
        return;
      }
      await this.#clock.sleep(oldest + WINDOW_MS - now, signal);
    }
  }

  /** True when a request beyond the regular polls is still free in this minute; it is then spoken for. */
  tryExtra(): boolean {
    const now = this.#forget();
    if (this.#extras.length >= EXTRA_PER_MINUTE || this.#spent.length >= OFFICIAL_PER_MINUTE) return false;
    this.#extras.push(now);
    return true;
  }

  #forget(): number {
    const now = this.#clock.now();
    this.#spent = this.#spent.filter((at) => at > now - WINDOW_MS);
    this.#extras = this.#extras.filter((at) => at > now - WINDOW_MS);
    return now;
  }
}
