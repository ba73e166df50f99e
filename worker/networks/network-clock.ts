/**
 * The network's time on this machine: the local date, corrected where it is measurably wrong.
 *
 * Between two readings the date may be stepped, or the machine may sleep. The monotonic clock shows that something has
 * happened, but not which of the two: until the network is read again, time goes on as if nothing had happened, and
 * whoever is about to sign reads first.
 */
import { elapsedMs, type Monotonic, type MonotonicSource, monotonicNow } from '../../protocol/monotonic.ts';
import { MAX_CLOCK_DISTANCE_SECONDS } from '../../protocol/signing/request-signature.ts';
import { WorkerError } from '../kit/errors.ts';

/** A network that claims more than this is not followed: signatures must not be dated far from now. */
const MAX_CORRECTION_MS = 36 * 3_600_000;
/** A claim that goes on where the last one left off is followed however far the date was stepped meanwhile. */
const CONTINUOUS_MS = MAX_CLOCK_DISTANCE_SECONDS * 1000;
/** More than a time server's gentle correction, and far less than a signature may be off. */
export const STEP_MS = 2_000;
/** A signature refused right after a reading was refused for another reason than its date. */
const READ_JUST_NOW_MS = 5_000;

export interface ClockReading {
  /** Whole unix seconds, as the network told them. */
  readonly networkSeconds: number;
  /** Local epoch ms around the request. */
  readonly sentMs: number;
  readonly receivedMs: number;
}

export class NetworkClock {
  readonly #clock: MonotonicSource;
  #offsetMs = 0;
  #distanceMs = 0;
  /** The same moment on both clocks: of the last reading, or of the beginning. */
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

  /** How {@link settle} has the network read; it ends in a {@link set}. */
  readBy(read: () => Promise<void>): void {
    this.#read = read;
  }

  /**
   * To be awaited before a signature is dated: reads the network first if the time is in doubt. A network that does not
   * tell its time keeps nobody from signing by the best that is known.
   */
  async settle(): Promise<void> {
    if (this.#read === null || !this.isInDoubt) return;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    await this.#reading.catch(() => {});
  }

  /** The date was stepped or the machine slept since the last reading, or {@link doubt} says so. */
  get isInDoubt(): boolean {
    return this.#isDoubted || this.#steppedMs() !== 0;
  }

  /** The machine may have slept. */
  doubt(): void {
    this.#isDoubted = true;
  }

  /** The network has refused a signature: its clock or ours may have been set. */
  signatureRefused(): void {
    if (!this.#isRead || elapsedMs(this.#at.monotonic, monotonicNow(this.#clock)) > READ_JUST_NOW_MS) this.doubt();
  }

  /** Takes a reading. A distance smaller than the reading's own error (whole seconds, travel time) corrects nothing. */
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

  /** How far the network's clock is ahead of this machine's, as last read; 0 while that is within the reading's own error. */
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

  /** The date, without any step since the last reading. */
  #localMs(): number {
    // biome-ignore lint/plugin: the step is taken out of the date
    return this.#clock.now() - this.#steppedMs();
  }

  /** How far date and monotonic clock have come apart; 0 while that is within what is normal. */
  #steppedMs(): number {
    const { dateMs, monotonic } = this.#at;
    // biome-ignore lint/plugin: the date is held against the monotonic clock here
    const apartMs = this.#clock.now() - dateMs - elapsedMs(monotonic, monotonicNow(this.#clock));
    return Math.abs(apartMs) <= STEP_MS ? 0 : apartMs;
  }
}
