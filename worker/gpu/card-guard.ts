/**
 * Watches the cards of a running node and decides whether it may take tasks: limits, schedule, idle-only and self-test
 * combined. It only prevents further tasks; the running one is finished.
 */
import type { GpuProcess, NodeGpuView, SelfTestOrder } from '../../contract/gpu.ts';
import type { NvidiaGpuConfig } from '../../contract/node-config.ts';
import { monotonicNow } from '../../protocol/monotonic.ts';
import type { Clock } from '../../protocol/ports.ts';
import { WorkerError } from '../kit/errors.ts';
import { Waker } from '../kit/waker.ts';
import type { Log } from '../log.ts';
import { type Acceptance, acceptance, EMPTY_MEMORY } from './acceptance.ts';
import type { DerivedGpu } from './assignment.ts';
import type { GpuProblem } from './errors.ts';
import type { NvidiaProbe } from './nvidia-smi.ts';
import { type GpuSample, GpuSampler } from './sampler.ts';
import type { TimeZone } from './schedule.ts';
import { SelfTestGuard, type SelfTestGuardOptions } from './self-test-guard.ts';
import type { CardReading } from './telemetry-store.ts';

export interface CardGuardOptions {
  readonly gpu: DerivedGpu;
  readonly config: Pick<NvidiaGpuConfig, 'settings' | 'sampleSeconds'>;
  /** The reading from which the cards were derived. */
  readonly firstSample: GpuSample;
  readonly nvidia: { probe(): Promise<NvidiaProbe> };
  readonly telemetry: { record(atMs: number, readings: readonly CardReading[]): void };
  /** Null = switched off. */
  readonly selfTest: Omit<SelfTestGuardOptions, 'onChange'> | null;
  readonly ownProcesses: (onCards: readonly GpuProcess[]) => Promise<ReadonlySet<number>>;
  readonly timeZone: TimeZone;
  readonly clock: Clock;
  readonly log: Log;
}

export class CardGuard {
  readonly #options: CardGuardOptions;
  readonly #sampler: GpuSampler;
  readonly #selfTest: SelfTestGuard | null;
  readonly #waker: Waker;
  readonly #listeners: (() => void)[] = [];
  #acceptance: Acceptance;

  constructor(options: CardGuardOptions) {
    this.#options = options;
    const { clock, nvidia, gpu, config } = options;
    this.#waker = new Waker(clock);
    this.#sampler = new GpuSampler({
      clock,
      nvidia,
      store: { record: (atMs, readings) => this.#keep(atMs, readings) },
      intervalMs: config.sampleSeconds * 1000,
      ids: new Set(gpu.ids),
      onState: () => this.#waker.wake(),
    });
    this.#selfTest =
      options.selfTest === null ? null : new SelfTestGuard({ ...options.selfTest, onChange: () => this.#changed() });
    // None of our processes is running yet.
    this.#acceptance = this.#decide(new Set());
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Why the node takes no tasks, in one sentence; null = no reason. */
  reason(): string | null {
    return this.#reasons()[0]?.message ?? null;
  }

  view(): NodeGpuView {
    const { gpu } = this.#options;
    const sample = this.#sample();
    const state = this.#sampler.state();
    const reasons = [...this.#reasons()];
    return {
      report: { reportedName: gpu.reportedName, reportedVramGib: gpu.reportedVramGib },
      uuids: [...gpu.uuids],
      sample: { atMs: sample.atMs, cards: this.#ownCards(sample) },
      problem: state.kind === 'failed' ? state.problem : null,
      acceptance: { accept: reasons.length === 0, reasons },
      selfTest: this.#selfTest?.view() ?? null,
    };
  }

  /** @throws WorkerError NODE_ILLEGAL_STATE */
  order(order: SelfTestOrder): void {
    if (this.#selfTest === null) throw new WorkerError('NODE_ILLEGAL_STATE', 'the self-test of this node is switched off');
    this.#selfTest.order(order);
  }

  /** Resolves when `signal` aborts. `isIdle`: the node has no task and gets none. */
  async run(signal: AbortSignal, isIdle: () => boolean): Promise<void> {
    await Promise.all([this.#sampler.run(signal), this.#judge(signal), this.#selfTest?.run(signal, isIdle)]);
  }

  /** With every reading, and in between: the schedule is followed even while nvidia-smi does not answer. */
  async #judge(signal: AbortSignal): Promise<void> {
    const { config } = this.#options;
    try {
      while (!signal.aborted) {
        const own = config.settings.idle.only ? await this.#ownPids() : new Set<number>();
        this.#acceptance = this.#decide(own);
        this.#changed();
        await this.#waker.sleep(config.sampleSeconds * 1000, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #decide(ownPids: ReadonlySet<number>): Acceptance {
    const { config, gpu, clock, timeZone } = this.#options;
    const memory = this.#acceptance?.memory ?? EMPTY_MEMORY;
    const sample = this.#sample();
    return acceptance({
      ...config.settings,
      sample,
      ids: gpu.ids,
      ownPids,
      nowMs: clock.now(),
      now: monotonicNow(clock),
      timeZone,
      memory,
    });
  }

  async #ownPids(): Promise<ReadonlySet<number>> {
    const { ownProcesses, log } = this.#options;
    try {
      return await ownProcesses(this.#ownCards(this.#sample()).flatMap((card) => card.processes ?? []));
    } catch (error) {
      log.warn({ err: error }, 'the processes could not be listed; those on the cards count as foreign');
      return new Set([process.pid]);
    }
  }

  #reasons(): readonly GpuProblem[] {
    const selfTest = this.#selfTest?.problem() ?? null;
    return [...(this.#acceptance.accept ? [] : this.#acceptance.reasons), ...(selfTest === null ? [] : [selfTest])];
  }

  #sample(): GpuSample {
    return this.#sampler.sample() ?? this.#options.firstSample;
  }

  #ownCards({ cards }: GpuSample): GpuSample['cards'][number][] {
    return cards.filter((card) => this.#options.gpu.ids.includes(card.id));
  }

  /** A node continues without its history. */
  #keep(atMs: number, readings: readonly CardReading[]): void {
    try {
      this.#options.telemetry.record(atMs, readings);
    } catch (error) {
      this.#options.log.warn({ err: error }, 'a reading of the cards was not kept');
    }
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
