/**
 * Ends a process whose lease of its key has expired. Its supervisor does so earlier; this is for a process whose
 * supervisor hangs.
 */
import type { Clock } from '../../protocol/ports.ts';

export class LeaseTimer {
  readonly #clock: Clock;
  readonly #onOver: () => void;
  #waiting = new AbortController();

  constructor(clock: Clock, onOver: () => void) {
    this.#clock = clock;
    this.#onOver = onOver;
  }

  /** The lease now ends in `leftMs`. */
  renew(leftMs: number): void {
    this.stop();
    const waiting = new AbortController();
    this.#waiting = waiting;
    this.#clock.sleep(leftMs, waiting.signal).then(
      () => this.#onOver(),
      () => {},
    );
  }

  stop(): void {
    this.#waiting.abort();
  }
}
