/**
 * This node's requests to a network per minute, compared with the official node. Source: RELAY_PROTOCOL 8.10 (pointer 1 s,
 * events 1 s, status 5 s).
 *
 * The regular polls of an idle minute are 60 + 60 + 4 (status every 15 s), and occasionally the clock. The requests saved
 * on the status are used for extra polls right after a task has ended. Reads that an act depends on are never delayed (law
 * 1 needs them, and a late answer costs more than a request), but they count, and reads that can wait are postponed.
 */
import { elapsedMs, type Monotonic, monotonicNow } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';

const WINDOW_MS = 60_000;
export const OFFICIAL_PER_MINUTE = 60 + 60 + 12;
export const EXTRA_PER_MINUTE = 6;

export class RequestBudget {
  readonly #clock: Clock;
  #spent: Monotonic[] = [];
  #extras: Monotonic[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a request. */
  spend(): void {
    this.#forgetOld();
    this.#spent.push(monotonicNow(this.#clock));
  }

  /** Whether a request that can wait still fits into the budget of the last 60 s. */
  get hasRoom(): boolean {
    this.#forgetOld();
    return this.#spent.length < OFFICIAL_PER_MINUTE;
  }

  /** True if a poll beyond the regular ones is still available in this minute; it is then reserved. */
  tryExtra(): boolean {
    if (!this.hasRoom || this.#extras.length >= EXTRA_PER_MINUTE) return false;
    this.#extras.push(monotonicNow(this.#clock));
    return true;
  }

  #forgetOld(): void {
    const now = monotonicNow(this.#clock);
    const isRecent = (at: Monotonic) => elapsedMs(at, now) < WINDOW_MS;
    this.#spent = this.#spent.filter(isRecent);
    this.#extras = this.#extras.filter(isRecent);
  }
}
