/**
 * The checks before a start: their last result, and when to repeat them. If another machine may be running with this
 * key, the node does nothing at all; any other failed check only keeps it from joining.
 */
import type { PreflightReport, PreflightResult } from '../../contract/preflight.ts';
import type { SerialisedError } from '../../protocol/errors.ts';
import { startStopwatch } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';
import { backoffMs } from '../kit/backoff.ts';
import { Waker } from '../kit/waker.ts';
import { mayStart } from '../preflight/run-preflight.ts';

export interface ClearanceOptions {
  /** Runs every check again. */
  readonly check: (word: { readonly confirmedAlone: boolean }) => Promise<PreflightReport>;
  readonly confirmedAlone: boolean;
  readonly clock: Clock;
}

/** How long a report that allows a start stays valid. */
const PASS_VALID_MS = 60_000;
/** How long a report that forbids a start stays valid before the checks are repeated. */
const RECHECK_MS = 30_000;
const ALONE_RETRY = { baseMs: 1_000, capMs: 30_000 };

export class Clearance {
  readonly #options: ClearanceOptions;
  readonly #waker: Waker;
  readonly #listeners: (() => void)[] = [];
  #confirmedAlone: boolean;
  #report: PreflightReport | null = null;
  #reportAgeMs = () => Number.POSITIVE_INFINITY;
  #running: Promise<PreflightReport> | null = null;
  #expired = false;

  constructor(options: ClearanceOptions) {
    this.#options = options;
    this.#confirmedAlone = options.confirmedAlone;
    this.#waker = new Waker(options.clock);
  }

  get report(): PreflightReport | null {
    return this.#report;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  state(): 'passed' | 'due' | 'failed' {
    const report = this.#report;
    if (report === null || this.#expired) return 'due';
    const ageMs = this.#reportAgeMs();
    if (report.mayStart) return ageMs < PASS_VALID_MS ? 'passed' : 'due';
    return ageMs < RECHECK_MS ? 'failed' : 'due';
  }

  /** What forbids a start, most serious first; null = nothing known. */
  objection(): SerialisedError | null {
    const report = this.#report;
    if (report === null || report.mayStart) return null;
    const blocking = report.results.filter((result) => !mayStart([result]));
    const first = blocking.find(({ id }) => id === 'doppelganger') ?? blocking[0];
    return first === undefined ? null : asError(first);
  }

  /** Runs the checks now; concurrent callers share one run. */
  run(): Promise<PreflightReport> {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** The next decision requires new checks; if something is already waiting for them, they run now. */
  expire(): void {
    this.#expired = true;
    this.#waker.wake();
  }

  /** The host's confirmation, valid for this process, that no other machine runs with the key. */
  confirmAlone(): void {
    this.#confirmedAlone = true;
    this.expire();
  }

  /**
   * Repeats the checks until they rule out a second machine with this key. It also returns when the signal aborts:
   * check {@link isAlone}.
   */
  async untilAlone(signal: AbortSignal): Promise<void> {
    const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    for (let failures = 0; !signal.aborted; failures++) {
      await Promise.race([this.run(), ended]);
      if (signal.aborted || this.isAlone) return;
      await this.#waker.sleep(backoffMs(failures + 1, ALONE_RETRY), signal).catch(() => {});
    }
  }

  get isAlone(): boolean {
    return this.#report?.results.every((result) => result.id !== 'doppelganger' || mayStart([result])) ?? false;
  }

  async #run(): Promise<PreflightReport> {
    this.#expired = false;
    const report = await this.#options.check({ confirmedAlone: this.#confirmedAlone });
    this.#report = report;
    this.#reportAgeMs = startStopwatch(this.#options.clock);
    for (const listener of this.#listeners) listener();
    return report;
  }
}

function asError(result: PreflightResult): SerialisedError {
  if (result.state === 'ok') return { code: 'UNEXPECTED', message: '', data: {} };
  const { code, message, params, id } = result;
  return { code, message, data: { check: id, ...params } };
}
