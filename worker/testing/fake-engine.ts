/** An engine without a process: answers as the test says, in lifetimes that the test ends. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine, EngineJob, EngineOutcome, EngineState } from '../engines/engine.ts';

/** What the engine does with a job; it may write files and need not answer. */
export type Answer = (job: EngineJob, lifetime: string) => Promise<EngineOutcome> | EngineOutcome;

export class FakeEngine implements Engine {
  readonly jobs: { readonly job: EngineJob; readonly lifetime: string }[] = [];
  readonly downloads: string[] = [];
  answer: Answer = succeedWith('hello');
  version = '3.5.0';
  downloadOutcome: EngineOutcome = { kind: 'success' };
  readonly #waiters: (() => void)[] = [];
  #state: EngineState = { kind: 'stopped' };
  #lifetimes = 0;
  readonly #prefix: string;
  readonly #listeners = new Set<(state: EngineState) => void>();
  readonly #pending = new Set<(outcome: EngineOutcome) => void>();

  constructor(prefix = 'L') {
    this.#prefix = prefix;
  }

  state(): EngineState {
    return this.#state;
  }

  onState(listener: (state: EngineState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async start(): Promise<void> {
    const lifetime = `${this.#prefix}${++this.#lifetimes}`;
    this.#set({ kind: 'ready', lifetime, version: this.version, pid: 1 });
  }

  ready(signal: AbortSignal): Promise<Extract<EngineState, { kind: 'ready' }>> {
    if (this.#state.kind === 'ready') return Promise.resolve(this.#state);
    return new Promise((resolve, reject) => {
      const off = this.onState((state) => {
        if (state.kind === 'ready') resolve(state);
      });
      signal.addEventListener('abort', () => {
        off();
        reject(signal.reason);
      });
    });
  }

  execute(job: EngineJob): Promise<EngineOutcome> {
    const lifetime = this.#state.kind === 'ready' ? this.#state.lifetime : 'none';
    this.jobs.push({ job, lifetime });
    for (const waiter of this.#waiters.splice(0)) waiter();
    return new Promise((resolve) => {
      this.#pending.add(resolve);
      void Promise.resolve(this.answer(job, lifetime)).then((outcome) => {
        this.#pending.delete(resolve);
        resolve(outcome);
      });
    });
  }

  /** Resolves once this many jobs have arrived. */
  async hasJobs(count: number): Promise<void> {
    while (this.jobs.length < count) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  async download(model: { readonly id: string }): Promise<EngineOutcome> {
    this.downloads.push(model.id);
    return this.downloadOutcome;
  }

  /** The process dies and comes back: jobs are interrupted, a new lifetime starts. */
  async crash(): Promise<void> {
    this.#cancel('disconnected');
    this.#set({ kind: 'starting', attempt: 1 });
    await this.start();
  }

  /** The process dies and does not come back. */
  die(): void {
    this.#cancel('disconnected');
    this.#set({ kind: 'backoff', untilMs: 0, attempt: 1, lastExit: 'SIGKILL', lastWords: '' });
  }

  async stop(): Promise<void> {
    this.#cancel('shutdown');
    this.#set({ kind: 'stopped' });
  }

  #cancel(reason: 'disconnected' | 'shutdown'): void {
    for (const resolve of this.#pending) resolve({ kind: 'cancelled', reason, detail: 'the engine is gone' });
    this.#pending.clear();
  }

  #set(state: EngineState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}

/** Writes one text result, like an LLM engine. */
export function succeedWith(text: string): Answer {
  return (job) => {
    writeFileSync(join(job.outputDir, '0.json'), text);
    return { kind: 'success' };
  };
}

export const never: Answer = () => new Promise(() => {});
export const invalidArgs: Answer = () => ({ kind: 'invalid', traceback: 'ValueError: Task args invalid', gpuCount: 1 });
export const failing: Answer = () => ({ kind: 'failed', traceback: 'RuntimeError: CUDA out of memory', gpuCount: 1 });
