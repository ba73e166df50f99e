/**
 * The network's time on this machine: the local date, corrected if it is measurably wrong.
 *
 * Between two readings, the date may be stepped or the machine may sleep. The monotonic clock shows that something has
 * happened, but not which of the two. Until the network is read again, time continues as if nothing had happened, but
 * it is read before the next signature.
 */
import { elapsedMs, type Monotonic, type MonotonicSource, monotonicNow } from '../../protocol/monotonic.ts';
import { MAX_CLOCK_DISTANCE_SECONDS } from '../../protocol/signing/request-signature.ts';
import { WorkerError } from '../kit/errors.ts';

/** A larger correction is not applied: signatures must not be dated far from now. */
const MAX_CORRECTION_MS = 36 * 3_600_000;
/** A network time that continues the previous one is accepted, however far the local date was stepped meanwhile. */
const CONTINUOUS_MS = MAX_CLOCK_DISTANCE_SECONDS * 1000;
/** More than a time server's gradual correction, and far less than the error that a signature may have. */
export const STEP_MS = 2_000;
/** A signature that is refused right after a reading was refused for another reason than its date. */
const READ_JUST_NOW_MS = 5_000;

export interface ClockReading {
  /** Whole unix seconds, as reported by the network. */
  readonly networkSeconds: number;
  /** Local epoch ms around the request. */
  readonly sentMs: number;
  readonly receivedMs: number;
}

export class NetworkClock {
  readonly #clock: MonotonicSource;
  #offsetMs = 0;
  #distanceMs = 0;
  /** The same moment on both clocks: of the last reading, or of the start. */
  #at: { readonly dateMs: number; readonly monotonic: Monotonic };
  #isRead = false;
  #isDoubted = false;
  #read: (() => Promise<void>) | null = null;
  #reading: Promise<void> | null = null;

  constructor(clock: MonotonicSource) {
    this.#clock = clock;
    this.#at = { dateMs: clock.now(), monotonic: monotonicNow(clock) };
  }

  /** Network time, epoch ms. */
  now(): number {
    return this.#localMs() + this.#offsetMs;
  }

  /** Unix seconds for a signature; see {@link settle}. */
  timestamp(): number {
    return Math.floor(this.now() / 1000);
  }

  /** Sets how {@link settle} reads the network's time; the function ends with a {@link set}. */
  readBy(read: () => Promise<void>): void {
    this.#read = read;
  }

  /**
   * Await this before dating a signature: it reads the network's time first if it is in doubt. If the network does not
   * report its time, signing continues with the best known time.
   */
  async settle(): Promise<void> {
    if (this.#read === null || !this.isInDoubt) return;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    await this.#reading.catch(() => {});
  }

  /** The date was stepped or the machine slept since the last reading, or {@link doubt} was called. */
  get isInDoubt(): boolean {
    return this.#isDoubted || this.#steppedMs() !== 0;
  }

  /** The machine may have slept. */
  doubt(): void {
    this.#isDoubted = true;
  }

  /** The network has refused a signature: its clock or ours may have been changed. */
  signatureRefused(): void {
    if (!this.#isRead || elapsedMs(this.#at.monotonic, monotonicNow(this.#clock)) > READ_JUST_NOW_MS) this.doubt();
  }

  /** Applies a reading. A distance smaller than the reading's own error (whole seconds, round trip) is not corrected. */
  set({ networkSeconds, sentMs, receivedMs }: ClockReading): void {
    const errorMs = 1_000 + (receivedMs - sentMs) / 2;
    const networkMs = networkSeconds * 1000 + 500;
    const measuredMs = networkMs - (sentMs + receivedMs) / 2;
    // biome-ignore lint/plugin: the network's time as it was held against the network's time as it is told
    const isContinuous = this.#isRead && Math.abs(networkMs - this.now()) <= CONTINUOUS_MS + errorMs;
    this.#distanceMs = Math.abs(measuredMs) <= errorMs ? 0 : Math.round(measuredMs);
    const isFollowed = isContinuous || Math.abs(this.#distanceMs) <= MAX_CORRECTION_MS;
    this.#offsetMs = isFollowed ? this.#distanceMs : 0;
    this.#at = { dateMs: this.#clock.now(), monotonic: monotonicNow(this.#clock) };
    this.#isRead ||= isFollowed;
    this.#isDoubted = false;
  }

  /** How far the network's clock is ahead of this machine's, as last read; 0 if that is within the reading's own error. */
  get distanceSeconds(): number {
    return this.#distanceMs / 1_000;
  }

  /** CLOCK_SKEW while the clocks are further apart than a signature may be. */
  problem(): WorkerError | null {
    const seconds = Math.round(this.#distanceMs / 1000);
    if (Math.abs(seconds) <= MAX_CLOCK_DISTANCE_SECONDS) return null;
    const direction = seconds > 0 ? 'behind' : 'ahead of';
    return new WorkerError('CLOCK_SKEW', `this clock is ${Math.abs(seconds)} s ${direction} the network's`, { seconds });
  }

  /** The local date without any step since the last reading. */
  #localMs(): number {
    // biome-ignore lint/plugin: the step is taken out of the date
    return this.#clock.now() - this.#steppedMs();
  }

  /** How far date and monotonic clock have diverged; 0 while that is normal. */
  #steppedMs(): number {
    const { dateMs, monotonic } = this.#at;
    // biome-ignore lint/plugin: the date is held against the monotonic clock here
    const apartMs = this.#clock.now() - dateMs - elapsedMs(monotonic, monotonicNow(this.#clock));
    return Math.abs(apartMs) <= STEP_MS ? 0 : apartMs;
  }
}
