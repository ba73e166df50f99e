/**
 * Before a node takes tasks, its engine executes one of each kind. The first task loads the model, which can take
 * longer than the network allows; a late task costs quality of service and ends the engine while it is still loading. A
 * warm-up is not a task of the network (law 3), has its own time limit, and is repeated in every engine lifetime.
 */

import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { WarmUpOrder, WarmUpView } from '../../../contract/warm-up.ts';
import type { SerialisedError } from '../../../protocol/errors.ts';
import { startStopwatch } from '../../../protocol/monotonic.ts';
import type { Clock } from '../../../protocol/ports.ts';
import type { Engine, EngineOutcome } from '../../engines/engine.ts';
import { EngineError } from '../../engines/errors.ts';
import type { EngineLog } from '../../engines/log.ts';
import { lastLine } from '../../kit/last-line.ts';
import { Waker } from '../../kit/waker.ts';
import { type WarmUpModel, warmUpJob } from './reference-tasks.ts';

export interface WarmUpOptions {
  readonly engine: Engine;
  /** One model for each kind of task that the node offers, as far as it is on disk. */
  readonly models: () => readonly WarmUpModel[];
  /** The shortest time that the network allows for a task. */
  readonly limitSeconds: number;
  readonly workDir: string;
  readonly clock: Clock;
  readonly log: EngineLog;
}

/** Enough for a model of many gigabytes on a slow disk. Nothing else waits for it. */
export const WARM_UP_TIMEOUT_MS = 30 * 60_000;
/** How often a warm-up that is due checks whether it may start. */
const DUE_CHECK_MS = 250;
/** Otherwise the engine or the host's order wakes it. */
const IDLE_CHECK_MS = 60_000;

type Result = WarmUpView['results'][number];
type Phase =
  | { readonly kind: 'due' }
  | {
      readonly kind: 'running';
      readonly modelId: string;
      readonly index: number;
      readonly count: number;
      readonly sinceMs: number;
    }
  | { readonly kind: 'ready' }
  | { readonly kind: 'slow'; readonly problem: SerialisedError }
  | { readonly kind: 'failed'; readonly problem: SerialisedError }
  | { readonly kind: 'cancelled' };

export class WarmUp {
  readonly #options: WarmUpOptions;
  readonly #waker: Waker;
  readonly #listeners: (() => void)[] = [];
  #phase: Phase = { kind: 'due' };
  #results: readonly Result[] = [];
  /** The engine lifetime that {@link #phase} refers to; null = none yet. */
  #lifetime: string | null = null;
  #cancel = new AbortController();

  constructor(options: WarmUpOptions) {
    this.#options = options;
    this.#waker = new Waker(options.clock);
    options.engine.onState(() => this.#engineChanged());
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Why the node takes no tasks, in one sentence; null = no reason. */
  reason(): string | null {
    if (!this.#isCurrentLifetime()) return 'Its engine is not ready yet.';
    switch (this.#phase.kind) {
      case 'ready':
        return null;
      case 'due':
        return 'Its engine does a first task of its own before it takes any.';
      case 'running':
        return `Its engine warms up with ${this.#phase.modelId} (${this.#phase.index} of ${this.#phase.count}).`;
      case 'slow':
      case 'failed':
        return this.#phase.problem.message;
      case 'cancelled':
        return 'The warm-up of its engine was cancelled.';
    }
  }

  /** What the host must act on; null = nothing. */
  problem(): SerialisedError | null {
    const { kind } = this.#phase;
    return this.#isCurrentLifetime() && (kind === 'slow' || kind === 'failed') ? this.#phase.problem : null;
  }

  view(): WarmUpView {
    const phase = this.#phase;
    const running = phase.kind === 'running' ? phase : null;
    const problem = this.problem();
    return {
      state: this.#isCurrentLifetime() ? phase.kind : 'waiting',
      modelId: running?.modelId ?? null,
      index: running?.index ?? null,
      count: running?.count ?? null,
      sinceMs: running?.sinceMs ?? null,
      limitSeconds: this.#options.limitSeconds,
      results: [...this.#results],
      problem: problem === null ? null : { ...problem, data: { ...problem.data } },
    };
  }

  /** `cancel` keeps the node out until `run`: an engine cannot be interrupted, and it keeps what it has loaded. */
  order(order: WarmUpOrder): void {
    if (order === 'run') {
      if (this.#phase.kind === 'running') return;
      this.#set({ kind: 'due' });
    } else if (this.#phase.kind === 'due' || this.#phase.kind === 'running') {
      this.#cancel.abort();
      this.#set({ kind: 'cancelled' });
    }
    this.#waker.wake();
  }

  /** Resolves when `signal` aborts. `isIdle`: the node has no task and gets none. */
  async run(signal: AbortSignal, isIdle: () => boolean): Promise<void> {
    const { engine } = this.#options;
    try {
      while (!signal.aborted) {
        const { lifetime } = await engine.ready(signal);
        this.#begin(lifetime);
        const isDue = this.#phase.kind === 'due';
        if (isDue && isIdle()) await this.#perform(lifetime, signal);
        else await this.#waker.sleep(isDue ? DUE_CHECK_MS : IDLE_CHECK_MS, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #perform(lifetime: string, signal: AbortSignal): Promise<void> {
    const { models, clock, limitSeconds, log } = this.#options;
    this.#cancel = new AbortController();
    const isOver = () => this.#cancel.signal.aborted || signal.aborted || this.#readyLifetime() !== lifetime;
    const all = models();
    this.#results = [];
    for (const [at, model] of all.entries()) {
      const { modelId } = model;
      this.#set({ kind: 'running', modelId, index: at + 1, count: all.length, sinceMs: clock.now() });
      // The first run includes loading the model; if it is too slow for the network, measure again with the model
      // loaded.
      let seconds = await this.#measureSeconds(model, isOver);
      if (typeof seconds === 'number' && seconds > limitSeconds && !isOver()) seconds = await this.#measureSeconds(model, isOver);
      if (this.#cancel.signal.aborted || signal.aborted) return;
      if (typeof seconds !== 'number') return this.#failed(lifetime, modelId, seconds);
      this.#results = [...this.#results, { modelId, seconds, limitSeconds }];
      log.info({ modelId, seconds, limitSeconds }, 'the engine has done a warm-up task');
      if (seconds > limitSeconds) return this.#tooSlow(modelId, seconds);
    }
    if (!isOver()) this.#set({ kind: 'ready' });
  }

  /** How long one reference task took, or how it failed. */
  async #measureSeconds(model: WarmUpModel, isOver: () => boolean): Promise<number | EngineOutcome | 'noResult'> {
    const { engine, workDir, clock } = this.#options;
    await mkdir(workDir, { recursive: true });
    const outputDir = await mkdtemp(path.join(workDir, 'warm-up-'));
    try {
      const tookMs = startStopwatch(clock);
      const timeLeftMs = () => WARM_UP_TIMEOUT_MS - tookMs();
      const job = warmUpJob({ model, outputDir, startMs: clock.now(), timeLeftMs });
      const outcome = await engine.execute(job);
      if (outcome.kind !== 'success') return outcome;
      const seconds = tookMs() / 1000;
      const size = await stat(path.join(outputDir, model.type === 'Llm' ? '0.json' : '0.png')).then(
        (file) => file.size,
        () => 0,
      );
      return size > 0 || isOver() ? seconds : 'noResult';
    } finally {
      await rm(outputDir, { recursive: true, force: true });
    }
  }

  #failed(lifetime: string, modelId: string, outcome: EngineOutcome | 'noResult'): void {
    const detail = detailOf(outcome);
    const error = new EngineError('ENGINE_WARM_UP_FAILED', `the engine failed at a first task of ${modelId}: ${detail}`, {
      modelId,
      detail,
    });
    this.#options.log.warn({ error: error.serialise() }, error.message);
    // The engine went away by itself: its next lifetime is warmed up.
    if (typeof outcome === 'object' && outcome.kind === 'cancelled' && outcome.reason !== 'deadline') {
      this.#lifetime = null;
      this.#set({ kind: 'due' });
      return;
    }
    // The supervisor restarts a failed engine; the new one would only fail again.
    this.#lifetime = this.#readyLifetime() ?? lifetime;
    this.#set({ kind: 'failed', problem: error.serialise() });
  }

  #tooSlow(modelId: string, seconds: number): void {
    const { limitSeconds } = this.#options;
    const took = `${seconds.toFixed(1)} s, and the network gives as little as ${limitSeconds} s`;
    const error = new EngineError('ENGINE_TOO_SLOW', `a short task of ${modelId} took ${took}`, {
      modelId,
      seconds,
      limitSeconds,
    });
    this.#set({ kind: 'slow', problem: error.serialise() });
  }

  /** A new engine lifetime has loaded nothing; after a failure, the host decides. */
  #begin(lifetime: string): void {
    if (this.#lifetime === lifetime) return;
    this.#lifetime = lifetime;
    if (this.#phase.kind !== 'failed' && this.#phase.kind !== 'cancelled') this.#set({ kind: 'due' });
  }

  #engineChanged(): void {
    this.#waker.wake();
    this.#changed();
  }

  #isCurrentLifetime(): boolean {
    if (this.#phase.kind === 'failed' || this.#phase.kind === 'cancelled') return true;
    return this.#lifetime !== null && this.#readyLifetime() === this.#lifetime;
  }

  #readyLifetime(): string | null {
    const state = this.#options.engine.state();
    return state.kind === 'ready' ? state.lifetime : null;
  }

  #set(phase: Phase): void {
    this.#phase = phase;
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function detailOf(outcome: EngineOutcome | 'noResult'): string {
  if (outcome === 'noResult') return 'it reported success without a result';
  switch (outcome.kind) {
    case 'success':
      return '';
    case 'cancelled':
      return `${outcome.reason}: ${outcome.detail}`.slice(0, 500);
    default:
      return lastLine(outcome.traceback);
  }
}
