/**
 * Keeps one engine program of one role running and gives it jobs. Source: RELAY_PROTOCOL 9.2, 9.3; other than the
 * official node, a program that exits by itself is started again, with capped exponential backoff.
 */
import { randomUUID } from 'node:crypto';
import type { EngineHello, EngineResult, EngineRole } from '../../protocol/engine/messages.ts';
import type { Clock } from '../../protocol/ports.ts';
import type { EngineOutcome, EngineState } from './engine.ts';
import type { EngineConnection } from './engine-connection.ts';
import { serveEngineConnection } from './engine-connection.ts';
import type { EngineServer } from './engine-server.ts';
import type { EngineTiming } from './engine-timing.ts';
import { EngineError } from './errors.ts';
import type { EngineTicket } from './job-queue.ts';
import { createJobQueue } from './job-queue.ts';
import type { EngineLog } from './log.ts';
import { judgeResult } from './outcome.ts';
import type { EngineCommand, EngineProcess } from './process/engine-process.ts';
import { startEngineProcess } from './process/engine-process.ts';
import { removePidFile, writePidFile } from './process/pid-file.ts';

export interface RoleSupervisorOptions {
  readonly role: EngineRole;
  readonly server: EngineServer;
  readonly command: (nodeUrl: string) => EngineCommand;
  readonly cwd: string;
  readonly pidFile: string;
  readonly clock: Clock;
  readonly timing: EngineTiming;
  readonly log: EngineLog;
  readonly onState: (state: EngineState) => void;
  /** The program said hello with another version than before. */
  readonly onVersionChange: (version: string) => void;
}

const OVERDUE = 'no result before the deadline';

export interface RoleJob {
  /** `task_id` on the wire. */
  readonly id: string;
  readonly frame: string;
  /** Epoch milliseconds; null = none. */
  readonly deadlineMs: number | null;
  readonly signal?: AbortSignal;
}

/** One run of the program. `ran` holds the jobs it was given: none of them is given to it again. */
interface Life {
  readonly lifetime: string;
  readonly process: EngineProcess;
  readonly ran: Set<string>;
  connection: EngineConnection | null;
  /** Set when we end it: nothing is sent to it or believed of it any more. `planned` is no failure of the program. */
  ending: { readonly reason: string; readonly planned: boolean } | null;
}

export class RoleSupervisor {
  readonly #options: RoleSupervisorOptions;
  readonly #queue = createJobQueue();
  readonly #stop = new AbortController();
  #state: EngineState = { kind: 'stopped' };
  #life: Life | null = null;
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
    if (this.#loop !== null) throw new EngineError('ENGINE_ILLEGAL_STATE', `the ${this.#options.role} engine was started before`);
    this.#loop = this.#run();
  }

  /**
   * Runs a job as soon as the engine is ready and idle. The protocol knows no cancellation: past its deadline, or
   * when `signal` aborts, the process that has the job is ended.
   * @throws EngineError ENGINE_JOB_REPEATED for a job that this process had before.
   */
  async execute(job: RoleJob): Promise<EngineOutcome> {
    if (this.#stop.signal.aborted) return cancelled('shutdown', 'the engine is stopping');
    if (job.deadlineMs !== null && job.deadlineMs <= this.#options.clock.now()) return cancelled('deadline', OVERDUE);
    const { ticket, outcome } = this.#queue.add(job);
    if (job.deadlineMs !== null) void this.#watch(ticket, job.deadlineMs);
    job.signal?.addEventListener('abort', () => this.#cancel(ticket), { once: true, signal: ticket.over });
    this.#pump();
    return await outcome;
  }

  /** Ends the running process; the loop starts another. The job it has is cancelled as `restarted`. */
  restart(reason: string): void {
    this.#endLife({ reason, planned: true }, cancelled('restarted', reason));
  }

  /** Any state → stopping → stopped, the latter only after the process has exited. */
  async stop(): Promise<void> {
    if (!this.#stop.signal.aborted) {
      this.#stop.abort(new EngineError('ENGINE_STOPPED', `the ${this.#options.role} engine was stopped`));
      if (this.#loop !== null) this.#setState({ kind: 'stopping' });
      this.#queue.settleAll(cancelled('shutdown', 'the engine was stopped'));
      this.#endLife({ reason: 'stopped', planned: true }, null);
    }
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { clock, timing, role, log } = this.#options;
    const signal = this.#stop.signal;
    while (!signal.aborted) {
      const { lastExit, planned } = await this.#live(this.#failures + 1);
      if (signal.aborted) break;
      if (planned) continue;
      this.#failures += 1;
      const delay = Math.min(timing.backoffMaxMs, timing.backoffMs * 2 ** (this.#failures - 1));
      log.warn({ role, lastExit, delayMs: delay, failures: this.#failures }, 'engine went away, it will be started again');
      this.#setState({ kind: 'backoff', untilMs: clock.now() + delay, attempt: this.#failures, lastExit });
      await clock.sleep(delay, signal).catch(() => {});
    }
    this.#setState({ kind: 'stopped' });
  }

  /** One life of the program, from spawn to exit. */
  async #live(attempt: number): Promise<{ lastExit: string; planned: boolean }> {
    const { server, command, cwd, clock, timing, role, log, pidFile } = this.#options;
    const endpoint = server.open((socket) => serveEngineConnection({ socket, role, events: this.#eventsOf(life), log }));
    const process = startEngineProcess({
      program: command(endpoint.url),
      cwd,
      clock,
      graceMs: timing.stopGraceMs,
      onLine: (line) => log.debug({ role, line }, 'engine output'),
    });
    const life: Life = { lifetime: randomUUID(), process, ran: new Set(), connection: null, ending: null };
    this.#life = life;
    this.#setState({ kind: 'starting', attempt });
    void this.#expectHello(life);
    if (process.pid !== undefined) await writePidFile(pidFile, process.pid);
    const exit = await process.exited;
    endpoint.close();
    life.connection?.drop();
    this.#life = null;
    removePidFile(pidFile);
    const lastExit = life.ending === null ? exit.description : `${life.ending.reason} (${exit.description})`;
    this.#queue.sent?.settle(cancelled('disconnected', [`the engine went away: ${lastExit}`, ...exit.tail].join('\n')));
    return { lastExit, planned: life.ending?.planned ?? false };
  }

  #eventsOf(life: Life) {
    return {
      onHello: (connection: EngineConnection, hello: EngineHello) => this.#onHello(life, connection, hello),
      onResult: (connection: EngineConnection, result: EngineResult) => this.#onResult(life, connection, result),
      onClose: (connection: EngineConnection) => this.#onClose(life, connection),
    };
  }

  /** starting → ready, or ready → ready when a second connection replaces the first. */
  #onHello(life: Life, connection: EngineConnection, hello: EngineHello): void {
    const { pid } = life.process;
    if (life.ending !== null || pid === undefined) {
      connection.drop();
      return;
    }
    const replaced = life.connection;
    life.connection = connection;
    if (replaced !== null) {
      this.#queue.sent?.settle(cancelled('disconnected', 'the engine connected anew'));
      replaced.drop();
    }
    connection.send(JSON.stringify({ worker_id: ++this.#connections }));
    this.#options.log.info({ role: this.#options.role, version: hello.version, pid }, 'engine ready');
    this.#setState({ kind: 'ready', lifetime: life.lifetime, version: hello.version, pid });
    const changed = this.#version !== null && this.#version !== hello.version;
    this.#version = hello.version;
    if (changed) this.#options.onVersionChange(hello.version);
    void this.#keepAlive(life, connection);
    this.#pump();
  }

  #onResult(life: Life, connection: EngineConnection, result: EngineResult): void {
    if (life.connection !== connection || life.ending !== null) return;
    const { role } = this.#options;
    const ticket = this.#queue.sent;
    if (ticket === null || ticket.id !== result.task_id_commitment || result.task_name !== role) {
      throw new EngineError('ENGINE_BAD_MESSAGE', 'a result for a task that it was not given');
    }
    const { outcome, restart } = judgeResult(role, result);
    // Before the job settles, so that whoever waits for it never sees this life as ready.
    if (restart) this.#endLife({ reason: 'a task failed', planned: false }, outcome);
    else {
      this.#failures = 0;
      ticket.settle(outcome);
      this.#pump();
    }
  }

  /** ready → starting while the process lives: it may connect again. */
  #onClose(life: Life, connection: EngineConnection): void {
    if (life.connection !== connection) return;
    life.connection = null;
    if (life.ending !== null) return;
    this.#queue.sent?.settle(cancelled('disconnected', 'the engine closed its connection'));
    this.#setState({ kind: 'starting', attempt: this.#failures + 1 });
    void this.#expectHello(life);
  }

  /** Ends the life, settling the job it has; the loop sees the exit. */
  #endLife(ending: NonNullable<Life['ending']>, outcome: EngineOutcome | null): void {
    const life = this.#life;
    if (life === null) return;
    life.ending ??= ending;
    if (!this.#stop.signal.aborted) this.#setState({ kind: 'stopping' });
    life.connection?.drop();
    void life.process.terminate();
    if (outcome !== null) this.#queue.sent?.settle(outcome);
  }

  #pump(): void {
    const life = this.#life;
    if (life === null || life.connection === null || life.ending !== null) return;
    const ticket = this.#queue.next();
    if (ticket === null) return;
    if (life.ran.has(ticket.id)) {
      ticket.refuse(new EngineError('ENGINE_JOB_REPEATED', `the engine had task ${ticket.id} before`, { taskId: ticket.id }));
      this.#pump();
      return;
    }
    life.ran.add(ticket.id);
    life.connection.send(ticket.frame);
  }

  async #watch(ticket: EngineTicket, deadlineMs: number): Promise<void> {
    const { clock } = this.#options;
    try {
      await clock.sleep(deadlineMs - clock.now(), ticket.over);
    } catch {
      return;
    }
    const outcome = cancelled('deadline', OVERDUE);
    if (this.#queue.sent === ticket) this.#endLife({ reason: OVERDUE, planned: false }, outcome);
    else ticket.settle(outcome);
  }

  #cancel(ticket: EngineTicket): void {
    const outcome = cancelled('restarted', 'the job was cancelled');
    if (this.#queue.sent === ticket) this.#endLife({ reason: outcome.detail, planned: true }, outcome);
    else ticket.settle(outcome);
  }

  /** Alive is not ready: a program that does not say hello in time is started afresh. */
  async #expectHello(life: Life): Promise<void> {
    const { clock, timing } = this.#options;
    const connections = this.#connections;
    try {
      await clock.sleep(timing.connectTimeoutMs, this.#stop.signal);
    } catch {
      return;
    }
    if (this.#life === life && connections === this.#connections)
      this.#endLife({ reason: 'no connection in time', planned: false }, null);
  }

  /** An empty frame per second while the engine has nothing to do. */
  async #keepAlive(life: Life, connection: EngineConnection): Promise<void> {
    const { clock, timing } = this.#options;
    const isCurrent = () => this.#life === life && life.connection === connection && life.ending === null;
    try {
      for (;;) {
        await clock.sleep(timing.keepAliveMs, this.#stop.signal);
        if (!isCurrent()) return;
        if (this.#queue.sent === null) connection.send('');
      }
    } catch {
      return;
    }
  }

  #setState(state: EngineState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}

type Cancelled = Extract<EngineOutcome, { kind: 'cancelled' }>;

function cancelled(reason: Cancelled['reason'], detail: string): Cancelled {
  return { kind: 'cancelled', reason, detail };
}
