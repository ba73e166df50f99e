/** The network's time on this machine: the local clock, corrected where it is measurably wrong. */
import type { Clock } from '../../protocol/ports.ts';
import { MAX_CLOCK_DISTANCE_SECONDS } from '../../protocol/signing/request-signature.ts';
import { WorkerError } from '../errors.ts';

/** A network that claims more than this is not followed: signatures must not be dated far from now. */
export const MAX_CORRECTION_MS = 24 * 3_600_000;

export interface ClockReading {
  /** Whole unix seconds, as the network told them. */
  readonly networkSeconds: number;
  /** Local epoch ms around the request. */
  readonly sentMs: number;
  readonly receivedMs: number;
}

export class NetworkClock {
  readonly #clock: Clock;
  #offsetMs = 0;
  #distanceMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Network time, epoch ms. */
  now(): number {
    return this.#clock.now() + this.#offsetMs;
  }

  /** Unix seconds for a signature. */
  timestamp(): number {
    return Math.floor(this.now() / 1000);
  }

  /** A moment of network time on the local clock. */
  toLocal(networkMs: number): number {
    return networkMs - this.#offsetMs;
  }

  /** Takes a reading. A distance smaller than the reading's own error (whole seconds, travel time) corrects nothing. */
  set({ networkSeconds, sentMs, receivedMs }: ClockReading): void {
    const errorMs = 1_000 + (receivedMs - sentMs) / 2;
    const measuredMs = networkSeconds * 1000 + 500 - (sentMs + receivedMs) / 2;
    this.#distanceMs = Math.abs(measuredMs) <= errorMs ? 0 : Math.round(measuredMs);
    this.#offsetMs = Math.abs(this.#distanceMs) <= MAX_CORRECTION_MS ? this.#distanceMs : 0;
  }

  /** CLOCK_SKEW while the clocks are further apart than a signature may be. */
  problem(): WorkerError | null {
    const seconds = Math.round(this.#distanceMs / 1000);
    if (Math.abs(seconds) <= MAX_CLOCK_DISTANCE_SECONDS) return null;
    const direction = seconds > 0 ? 'behind' : 'ahead of';
    return new WorkerError('CLOCK_SKEW', `this clock is ${Math.abs(seconds)} s ${direction} the network's`, { seconds });
  }
}
