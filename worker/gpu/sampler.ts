/**
 * Reads all NVIDIA cards every few seconds, with one call, and never so often that the reading itself has a noticeable
 * cost.
 */
import type { GpuCard } from '../../contract/gpu.ts';
import { type Monotonic, monotonicNow, startStopwatch } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';
import type { GpuProblem } from './errors.ts';
import { NVIDIA_SMI_TIMEOUT_MS, type NvidiaProbe } from './nvidia-smi.ts';
import type { CardReading } from './telemetry-store.ts';

export interface GpuSample {
  readonly atMs: number;
  /** The same moment, for its age. */
  readonly at: Monotonic;
  readonly cards: readonly GpuCard[];
}

export type SamplerState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'sampled'; readonly sample: GpuSample }
  /** `last` is the newest sample, if there is any. */
  | { readonly kind: 'failed'; readonly atMs: number; readonly problem: GpuProblem; readonly last: GpuSample | null };

export interface SamplerOptions {
  readonly clock: Clock;
  readonly nvidia: { probe(): Promise<NvidiaProbe> };
  readonly store: { record(atMs: number, readings: readonly CardReading[]): void };
  readonly intervalMs?: number;
  /** Cards whose history is stored; absent = all. */
  readonly ids?: ReadonlySet<string>;
  readonly onState?: (state: SamplerState) => void;
}

export const SAMPLE_INTERVAL_MS = 5000;
/**
 * A call that takes long (many cards, no persistence mode) makes the pause longer: at most a twentieth of the time is
 * spent in calls.
 */
const PAUSE_PER_CALL = 19;
const LONGEST_PAUSE_MS = 25_000;
const LONGEST_PAUSE_AFTER_FAILURES_MS = 300_000;

/** Longest time between two samples while calls succeed. */
export const LONGEST_GAP_MS = LONGEST_PAUSE_MS + NVIDIA_SMI_TIMEOUT_MS;

export class GpuSampler {
  readonly #options: SamplerOptions;
  #state: SamplerState = { kind: 'waiting' };

  constructor(options: SamplerOptions) {
    this.#options = options;
  }

  state(): SamplerState {
    return this.#state;
  }

  /** The newest sample, however old. */
  sample(): GpuSample | null {
    if (this.#state.kind === 'sampled') return this.#state.sample;
    return this.#state.kind === 'failed' ? this.#state.last : null;
  }

  /** Samples until `signal` aborts; then resolves. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, intervalMs = SAMPLE_INTERVAL_MS } = this.#options;
    let failures = 0;
    while (!signal.aborted) {
      const tookMs = startStopwatch(clock);
      failures = (await this.#once()) ? 0 : failures + 1;
      const pauseMs = pauseAfter({ intervalMs, failures, tookMs: tookMs() });
      try {
        await clock.sleep(pauseMs, signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }

  async #once(): Promise<boolean> {
    const { clock, nvidia, store, ids, onState } = this.#options;
    const probe = await nvidia.probe();
    const atMs = clock.now();
    if (probe.kind === 'found') {
      const kept = probe.cards.filter((card) => ids === undefined || ids.has(card.id));
      store.record(atMs, kept);
      this.#state = { kind: 'sampled', sample: { atMs, at: monotonicNow(clock), cards: probe.cards } };
    } else {
      this.#state = { kind: 'failed', atMs, problem: probe.problem, last: this.sample() };
    }
    onState?.(this.#state);
    return probe.kind === 'found';
  }
}

function pauseAfter(given: { readonly intervalMs: number; readonly failures: number; readonly tookMs: number }): number {
  const { intervalMs, failures, tookMs } = given;
  if (failures > 0) return Math.min(LONGEST_PAUSE_AFTER_FAILURES_MS, intervalMs * 2 ** failures);
  return Math.max(intervalMs, Math.min(LONGEST_PAUSE_MS, tookMs * PAUSE_PER_CALL));
}
