/** The outside world as pure code sees it; passed in, never imported. */
import { addMs, elapsedMs, type Monotonic, toMonotonic } from './monotonic.ts';

export interface Clock {
  /** The date: milliseconds since the Unix epoch. It may step in either direction at any time, so nothing may wait by it. */
  now(): number;
  /** For durations and due times. May stand still while the machine sleeps. */
  monotonic(): Monotonic;
  /** Resolves after `ms` of the monotonic clock; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Random {
  bytes(length: number): Uint8Array;
  /** Uniform in [0, 1). */
  fraction(): number;
}

interface Sleeper {
  readonly due: Monotonic;
  readonly order: number;
  readonly wake: () => void;
}

/**
 * A clock that tests advance by hand. Sleepers wake in order of their due time, and each runs before the next wakes. Its
 * date and its monotonic time advance together until a test steps the date or puts the machine to sleep.
 */
export class ManualClock implements Clock {
  #dateMs: number;
  #monotonic: Monotonic;
  #order = 0;
  #sleepers: Sleeper[] = [];

  constructor(startMs: number) {
    this.#dateMs = startMs;
    this.#monotonic = toMonotonic(startMs);
  }

  now(): number {
    return this.#dateMs;
  }

  monotonic(): Monotonic {
    return this.#monotonic;
  }

  /** Number of pending sleeps; a test waits for this instead of for time to pass. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** Changes the machine's date; no time passes. */
  step(ms: number): void {
    this.#dateMs += ms;
  }

  /** The machine sleeps. Nothing runs meanwhile, and the monotonic time of some systems stands still. */
  async suspend(ms: number, { monotonicContinues }: { readonly monotonicContinues: boolean }): Promise<void> {
    this.#dateMs += ms;
    if (monotonicContinues) this.#monotonic = addMs(this.#monotonic, ms);
    await this.tick(0);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== entry);
        reject(signal?.reason);
      };
      const entry: Sleeper = {
        due: addMs(this.#monotonic, Math.max(0, ms)),
        order: this.#order++,
        wake: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#sleepers.push(entry);
    });
  }

  /** Moves time forward, waking every sleeper that falls due, and lets pending promises settle between wakes. */
  async tick(ms: number): Promise<void> {
    const end = addMs(this.#monotonic, ms);
    await settle();
    for (;;) {
      const due = this.#sleepers
        .filter((sleeper) => elapsedMs(sleeper.due, end) >= 0)
        .sort((a, b) => elapsedMs(b.due, a.due) || a.order - b.order)[0];
      if (due === undefined) break;
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== due);
      this.#advance(due.due);
      due.wake();
      await settle();
    }
    this.#advance(end);
  }

  #advance(to: Monotonic): void {
    const ms = Math.max(0, elapsedMs(this.#monotonic, to));
    this.#dateMs += ms;
    this.#monotonic = addMs(this.#monotonic, ms);
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
