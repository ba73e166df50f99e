/**
 * The checks before a start: what they last said, and when they are made again. One doubt, that another machine runs
 * with this key, keeps the node from doing anything at all; everything else only keeps it from joining.
 */
import type { PreflightReport, PreflightResult } from '../../contract/preflight.ts';
import type { SerialisedError } from '../../protocol/errors.ts';
import { startStopwatch } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';
import { backoffMs } from '../kit/backoff.ts';
import { Waker } from '../kit/waker.ts';
import { mayStart } from '../preflight/run-preflight.ts';

export interface ClearanceOptions {
  /** Makes every check anew. */
  readonly check: (word: { readonly confirmedAlone: boolean }) => Promise<PreflightReport>;
  readonly confirmedAlone: boolean;
  readonly clock: Clock;
}

/** A report that allows a start is good for so long. */
const FRESH_MS = 60_000;
/** How long a report that forbids it stands before the checks are made again. */
const REPEAT_MS = 30_000;
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
    if (report.mayStart) return ageMs < FRESH_MS ? 'passed' : 'due';
    return ageMs < REPEAT_MS ? 'failed' : 'due';
  }

  /** What forbids a start, the gravest first; null = nothing that is known. */
  objection(): SerialisedError | null {
    const report = this.#report;
    if (report === null || report.mayStart) return null;
    const against = report.results.filter((result) => !mayStart([result]));
    const first = against.find(({ id }) => id === 'doppelganger') ?? against[0];
    return first === undefined ? null : asError(first);
  }

  /** The checks, now; a second caller gets the same answer. */
  run(): Promise<PreflightReport> {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** The next decision waits for new checks, and whoever waits for them makes them now. */
  expire(): void {
    this.#expired = true;
    this.#waker.wake();
  }

  /** The host's word, for this process, that no other machine runs with the key. */
  confirmAlone(): void {
    this.#confirmedAlone = true;
    this.expire();
  }

  /** Checks until no second machine with this key is possible. Ends when the signal aborts, too: ask {@link isAlone}. */
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
