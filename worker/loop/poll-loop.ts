/**
 * A poll on a grid with its own phase. Pointer and event polls are half a period apart, so that a task's start is seen
 * within half a period although each asks only once per period.
 */
import { monotonicNow, msUntilSlot } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';
import { backoffMs } from '../kit/backoff.ts';
import { Waker } from '../kit/waker.ts';
import type { Log } from '../log.ts';
import type { RelayHealth } from './relay-health.ts';
import type { RequestBudget } from './request-budget.ts';

export const OUTAGE_BACKOFF = { baseMs: 1_000, capMs: 10_000 };
/** Interval of the extra polls in a burst. */
const BURST_INTERVAL_MS = 200;

export interface PollLoopOptions {
  readonly name: string;
  /** What the log says when it fails. */
  readonly failure: string;
  /** Milliseconds between polls; read again each time. */
  readonly periodMs: () => number;
  /** Polls occur at multiples of the period plus this. */
  readonly phaseMs: number;
  readonly poll: (signal: AbortSignal) => Promise<void>;
  /** Milliseconds to a poll that is more useful than one at the next slot; null = there is none. */
  readonly msUntilBest?: () => number | null;
  /** A slot is skipped, and costs nothing, while this is false. */
  readonly isEnabled?: () => boolean;
  readonly clock: Clock;
  readonly budget: RequestBudget;
  readonly health: RelayHealth;
  readonly log: Log;
}

export class PollLoop {
  readonly #options: PollLoopOptions;
  readonly #waker: Waker;
  #failures = 0;
  #burstLeft = 0;
  /** The period has changed, so sleep again until the right slot. */
  #replan = false;

  constructor(options: PollLoopOptions) {
    this.#options = options;
    this.#waker = new Waker(options.clock);
    options.health.onChange(({ kind }) => {
      if (kind === 'reachable' && this.#failures > 0) this.#waker.wake();
    });
  }

  /** Polls now instead of at the next slot. */
  wake(): void {
    this.#waker.wake();
  }

  /** Polls now and a few more times at short intervals, as far as the budget's extras allow; otherwise plans again. */
  startBurst(polls: number): void {
    if (this.#options.budget.tryExtra()) this.#burstLeft = polls - 1;
    else this.#replan = true;
    this.#waker.wake();
  }

  endBurst(): void {
    this.#burstLeft = 0;
  }

  /** Ends when the signal aborts; a failed poll never ends it. */
  async run(signal: AbortSignal): Promise<void> {
    const { poll, isEnabled = () => true, budget, health, log, name, failure } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#waker.sleep(this.#delay(), signal);
        const skip = this.#replan || !isEnabled();
        this.#replan = false;
        if (skip) continue;
        budget.spend();
        await poll(signal);
        this.#failures = 0;
        health.recordSuccess();
      } catch (error) {
        if (signal.aborted) return;
        this.#failures++;
        health.recordFailure(error);
        log.warn({ poll: name, failures: this.#failures, err: error }, failure);
      }
    }
  }

  #delay(): number {
    const { periodMs, phaseMs, clock, budget } = this.#options;
    if (this.#failures > 0) return backoffMs(this.#failures, OUTAGE_BACKOFF);
    if (this.#burstLeft > 0 && budget.tryExtra()) {
      this.#burstLeft--;
      return BURST_INTERVAL_MS;
    }
    return this.#options.msUntilBest?.() ?? msUntilSlot(monotonicNow(clock), periodMs(), phaseMs);
  }
}
