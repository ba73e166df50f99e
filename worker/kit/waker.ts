import type { Clock } from '../../protocol/ports.ts';

/** A sleep that anyone can end early; a wake while nobody sleeps ends the next sleep at once. */
export class Waker {
  readonly #clock: Clock;
  #sleeping: AbortController | null = null;
  #pending = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wake(): void {
    this.#pending = true;
    this.#sleeping?.abort();
  }

  /** @throws the signal's reason if it aborts. */
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#pending && ms > 0) {
      const sleeping = new AbortController();
      const onAbort = () => sleeping.abort();
      signal.addEventListener('abort', onAbort, { once: true });
      this.#sleeping = sleeping;
      // A wake and an abort both end the sleep; the signal distinguishes them below.
      await this.#clock.sleep(ms, sleeping.signal).catch(() => {});
      this.#sleeping = null;
      signal.removeEventListener('abort', onAbort);
      signal.throwIfAborted();
    }
    this.#pending = false;
  }
}
