/**
 * Keeps one engine program of one role running and gives it jobs. Source: RELAY_PROTOCOL 9.2, 9.3; unlike the official
 * node, it restarts a program that exits by itself, with capped exponential backoff.
 */

import { PlatformError } from '../../platform/errors.ts';
import type { EngineHello, EngineResult } from '../../protocol/engine/messages.ts';
import { sleepUntilOver } from '../kit/sleep-until-over.ts';
import type { EngineOutcome, EngineState } from './engine.ts';
import type { EngineEnding, EngineLifeOptions } from './engine-life.ts';
import { EngineLife } from './engine-life.ts';
import { EngineError } from './errors.ts';
import type { EngineTicket } from './job-queue.ts';
import { createJobQueue } from './job-queue.ts';
import { lastWordsOf } from './last-words.ts';
import { judgeResult } from './outcome.ts';

export interface RoleSupervisorOptions extends EngineLifeOptions {
  /** Called before each start of the program; a PlatformError prevents the start, and has the effect of an exit. */
  readonly check?: () => Promise<void>;
  readonly onState: (state: EngineState) => void;
  /** The program said hello with a different version than before. */
  readonly onVersionChange: (version: string) => void;
}

export interface RoleJob {
  /** `task_id` on the wire. */
  readonly id: string;
  readonly frame: string;
  /** Time until the deadline; null = there is none. */
  readonly timeLeftMs: (() => number) | null;
  readonly signal?: AbortSignal;
}

type Cancelled = Extract<EngineOutcome, { kind: 'cancelled' }>;

const OVERDUE = 'no result before the deadline';

export class RoleSupervisor {
  readonly #options: RoleSupervisorOptions;
  readonly #queue = createJobQueue();
  readonly #stop = new AbortController();
  #state: EngineState = { kind: 'stopped' };
  #life: EngineLife | null = null;
  #loop: Promise<void> | null = null;
  #failures = 0;
  #connections = 0;
  #version: string | null = null;

  constructor(options: RoleSupervisorOptions) {
    this.#options = options;
  }

  get state(): EngineState {
    return this.#state;
  }

  /** stopped → starting, once. @throws EngineError ENGINE_ILLEGAL_STATE */
  start(): void {
    if (this.#loop !== null || this.#stop.signal.aborted) {
      throw new EngineError('ENGINE_ILLEGAL_STATE', `the ${this.#options.role} engine was started before`);
    }
    this.#loop = this.#run();
  }

  /**
   * Runs a job as soon as the engine is ready and idle. The protocol has no cancellation: past the deadline, or when
   * `signal` aborts, the process that has the job is ended.
   * @throws EngineError ENGINE_JOB_REPEATED for a job that this process had before.
   */
  async execute(job: RoleJob): Promise<EngineOutcome> {
    if (this.#stop.signal.aborted) return cancelled('shutdown', 'the engine is stopping');
    if (job.timeLeftMs !== null && job.timeLeftMs() <= 0) return cancelled('deadline', OVERDUE);
    const { ticket, outcome } = this.#queue.add(job);
    if (job.timeLeftMs !== null) void this.#watch(ticket, job.timeLeftMs);
    const onAbort = () => this.#withdraw(ticket, { planned: true, outcome: cancelled('restarted', 'the job was cancelled') });
    job.signal?.addEventListener('abort', onAbort, { once: true, signal: ticket.over });
    this.#pump();
    return await outcome;
  }

  /** Ends the running process; the loop starts another one at once. Its job is cancelled as `restarted`. */
  restart(reason: string): void {
    this.#endLife({ reason, planned: true }, cancelled('restarted', reason));
  }

  /** Any state → stopping → stopped, the latter only after the process has exited. */
  async stop(): Promise<void> {
    if (!this.#stop.signal.aborted) {
      this.#stop.abort(new EngineError('ENGINE_STOPPED', `the ${this.#options.role} engine was stopped`));
      if (this.#loop !== null) this.#setState({ kind: 'stopping' });
      this.#queue.settleAll(cancelled('shutdown', 'the engine was stopped'));
      this.#life?.end({ reason: 'stopped', planned: true });
    }
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { clock, timing, role, log } = this.#options;
    const signal = this.#stop.signal;
    while (!signal.aborted) {
      const { lastExit, lastWords, planned } = await this.#live();
      if (signal.aborted) break;
      if (planned) continue;
      this.#failures += 1;
      const delayMs = Math.min(timing.backoffMaxMs, timing.backoffMs * 2 ** (this.#failures - 1));
      log.warn({ role, lastExit, lastWords, delayMs, failures: this.#failures }, 'the engine went away and will be restarted');
      // biome-ignore lint/plugin: shown to people; what waits is the sleep below
      this.#setState({ kind: 'backoff', untilMs: clock.now() + delayMs, attempt: this.#failures, lastExit, lastWords });
      await clock.sleep(delayMs, signal).catch(() => {});
    }
    this.#setState({ kind: 'stopped' });
  }

  /** One run of the program, from spawn to exit. */
  async #live(): Promise<{ lastExit: string; lastWords: string; planned: boolean }> {
    if (this.#options.check !== undefined) {
      this.#setState({ kind: 'starting', attempt: this.#failures + 1 });
      const refusal = await this.#refusal(this.#options.check);
      if (refusal !== null) return { lastExit: refusal, lastWords: '', planned: false };
    }
    const life: EngineLife = new EngineLife(this.#options, {
      onReady: (hello, replaced) => this.#onReady(life, hello, replaced),
      onLost: () => this.#onLost(),
      onResult: (result) => this.#onResult(result),
      isBusy: () => this.#queue.sent !== null,
    });
    this.#life = life;
    this.#setState({ kind: 'starting', attempt: this.#failures + 1 });
    const exit = await life.exited;
    this.#life = null;
    const lastExit = life.ending === null ? exit.description : `${life.ending.reason} (${exit.description})`;
    const lastWords = lastWordsOf(exit.tail);
    this.#queue.sent?.settle(cancelled('disconnected', [`the engine went away: ${lastExit}`, lastWords].join('\n').trimEnd()));
    return { lastExit, lastWords, planned: life.ending?.planned ?? false };
  }

  /** Why the program may not be started; null: it may. */
  async #refusal(check: () => Promise<void>): Promise<string | null> {
    try {
      await check();
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      return `it was not started: ${error.message} (${error.code})`;
    }
    return this.#stop.signal.aborted ? 'it was stopped before it was started' : null;
  }

  /** starting → ready, or ready → ready if a second connection replaces the first. */
  #onReady(life: EngineLife, { version }: EngineHello, replaced: boolean): void {
    const { pid, lifetime } = life;
    if (pid === undefined) return;
    if (replaced) this.#queue.sent?.settle(cancelled('disconnected', 'the engine reconnected'));
    life.send(JSON.stringify({ worker_id: ++this.#connections }));
    this.#options.log.info({ role: this.#options.role, version, pid }, 'engine ready');
    const changed = this.#version !== null && this.#version !== version;
    this.#version = version;
    this.#setState({ kind: 'ready', lifetime, version, pid });
    if (changed) this.#options.onVersionChange(version);
    this.#pump();
  }

  /** ready → starting: the process is alive and may reconnect. */
  #onLost(): void {
    this.#queue.sent?.settle(cancelled('disconnected', 'the engine closed its connection'));
    this.#setState({ kind: 'starting', attempt: this.#failures + 1 });
  }

  #onResult(result: EngineResult): void {
    const { role } = this.#options;
    const ticket = this.#queue.sent;
    if (ticket === null || ticket.id !== result.task_id_commitment || result.task_name !== role) {
      throw new EngineError('ENGINE_BAD_MESSAGE', 'a result for a task that it was not given');
    }
    const { outcome, restart } = judgeResult(role, result);
    if (restart) {
      this.#endLife({ reason: 'a task failed', planned: false }, outcome);
      return;
    }
    this.#failures = 0;
    ticket.settle(outcome);
    this.#pump();
  }

  /** Ends the run first, then settles its job: whoever waits for the job never sees this run as ready. */
  #endLife(ending: EngineEnding, outcome: EngineOutcome): void {
    if (this.#life === null) return;
    if (!this.#stop.signal.aborted) this.#setState({ kind: 'stopping' });
    this.#life.end(ending);
    this.#queue.sent?.settle(outcome);
  }

  #pump(): void {
    const life = this.#life;
    if (!life?.connected) return;
    const ticket = this.#queue.next();
    if (ticket === null) return;
    if (life.givenJobIds.has(ticket.id)) {
      ticket.refuse(new EngineError('ENGINE_JOB_REPEATED', `the engine had task ${ticket.id} before`, { taskId: ticket.id }));
      this.#pump();
      return;
    }
    life.givenJobIds.add(ticket.id);
    life.send(ticket.frame);
  }

  async #watch(ticket: EngineTicket, timeLeftMs: () => number): Promise<void> {
    try {
      await sleepUntilOver(this.#options.clock, timeLeftMs, ticket.over);
    } catch {
      return;
    }
    this.#withdraw(ticket, { planned: false, outcome: cancelled('deadline', OVERDUE) });
  }

  #withdraw(ticket: EngineTicket, { planned, outcome }: { planned: boolean; outcome: Cancelled }): void {
    if (this.#queue.sent === ticket) this.#endLife({ reason: outcome.detail, planned }, outcome);
    else ticket.settle(outcome);
  }

  #setState(state: EngineState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}

function cancelled(reason: Cancelled['reason'], detail: string): Cancelled {
  return { kind: 'cancelled', reason, detail };
}
