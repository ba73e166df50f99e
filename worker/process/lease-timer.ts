/** Ends a process whose lease of its key is over. Its supervisor does so before; this is for one that hangs itself. */
import type { Clock } from '../../protocol/ports.ts';

export class LeaseTimer {
  readonly #clock: Clock;
  readonly #onOver: () => void;
  #waiting = new AbortController();

  constructor(clock: Clock, onOver: () => void) {
    this.#clock = clock;
    this.#onOver = onOver;
  }

  /** From now on for so long. */
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
