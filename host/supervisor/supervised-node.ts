/**
 * One profile's worker process: stopped → starting → running → stopping → stopped, with backoff or failed if it ends by
 * itself. `running` means that the process is alive; the node's own view says whether it is ready.
 */
import type { NodeQuestion } from '../../contract/act-questions.ts';
import type { NodeConfigInput } from '../../contract/node-config.ts';
import type { WorkerState } from '../../contract/profiles.ts';
import { type ErrorView, fromWorkerSchema, type NodeView } from '../../contract/worker-channel.ts';
import { createWorkerClient, type WorkerChannel, type WorkerClient, type WorkerExit } from '../../contract/worker-client.ts';
import { CodedError, serialiseError } from '../../protocol/errors.ts';
import type { Hex } from '../../protocol/hex.ts';
import { startStopwatch } from '../../protocol/monotonic.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { HostError, isHostError } from '../errors.ts';
import { type RestartLimits, restartAfter } from './restart.ts';

/** A worker process, and two ways to end it without its cooperation. */
export interface SupervisedChannel extends WorkerChannel {
  /** Asks the process to end in order, without waiting for its task. */
  end(): void;
  /** Kills it; it resumes from its store. */
  kill(): void;
}

/** The start message for a worker process. */
export interface NodeOrder {
  readonly config: NodeConfigInput;
  readonly privateKey: Hex;
  /** The host has confirmed that no other machine uses this key. */
  readonly confirmedAlone?: boolean;
  /** How long the process may use the key; undefined = until it ends. */
  readonly leaseMs?: number | undefined;
}

export interface SupervisedNodeOptions {
  readonly profileId: string;
  /**
   * Called before every start, because settings and keys change. @throws CodedError; with KEY_LOCKED, it waits for the
   * host
   */
  readonly order: () => Promise<NodeOrder>;
  /** Starts a process; `secrets` are redacted from its output. */
  readonly open: (secrets: readonly string[]) => SupervisedChannel;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: RestartLimits;
  readonly onChange: () => void;
  /** Addresses of all keys that the program has now. */
  readonly ownAddresses: () => readonly Hex[];
  /** Asks a person to confirm what a page wants from the node. */
  readonly ask: (question: NodeQuestion) => Promise<boolean>;
}

interface Process {
  readonly channel: SupervisedChannel;
  readonly client: WorkerClient;
  readonly ranMs: () => number;
  /** The error reported by a process that gives up. */
  fatal: ErrorView | null;
}

export class SupervisedNode {
  readonly #options: SupervisedNodeOptions;
  #state: WorkerState = { kind: 'stopped' };
  #process: Process | null = null;
  #failures = 0;
  /** How it ended before the current start; null = a host started it. */
  #after: ErrorView | null = null;
  /** Aborts the wait before a restart. */
  #waiting: AbortController | null = null;
  /** Counts starts and stops, so that a start is dropped if a stop came while its order was being made. */
  #attempt = 0;

  constructor(options: SupervisedNodeOptions) {
    this.#options = options;
  }

  get state(): WorkerState {
    return this.#state;
  }

  /** View of the running process; null without one. */
  get node(): NodeView | null {
    return this.#process?.client.node() ?? null;
  }

  get client(): WorkerClient | null {
    return this.#process?.client ?? null;
  }

  /** stopped, locked, failed, backoff → starting. @throws HostError PROFILE_RUNNING */
  start(): Promise<void> {
    if (this.#process !== null || this.#state.kind === 'starting') {
      throw new HostError('PROFILE_RUNNING', 'the profile is already running', { id: this.#options.profileId });
    }
    this.#waiting?.abort();
    this.#failures = 0;
    this.#after = null;
    return this.#launch();
  }

  /** Any → stopped; a running task is finished first. Resolves after the process has ended. */
  async stop(): Promise<void> {
    this.#attempt++;
    this.#waiting?.abort();
    const process = this.#process;
    if (process === null) {
      this.#move({ kind: 'stopped' });
      return;
    }
    if (this.#state.kind !== 'stopping') this.#move({ kind: 'stopping', sinceMs: this.#options.clock.now() });
    await process.client.stop({ quitNetwork: false });
  }

  end(): void {
    this.#process?.channel.end();
  }

  kill(): void {
    this.#process?.channel.kill();
  }

  /**
   * Another program may use this key now or soon: the process is ended without finishing its task, at once or within
   * this time. It is restarted as after a crash.
   */
  fence(error: ErrorView, withinMs: number): void {
    const process = this.#process;
    if (process === null) {
      if (this.#state.kind !== 'starting') return;
      this.#attempt++;
      this.#restart(error, 0);
      return;
    }
    process.fatal = error;
    if (withinMs === 0) process.channel.kill();
    else process.channel.end();
    const ended = new AbortController();
    void process.client.exited.then(() => ended.abort());
    void this.#options.clock.sleep(withinMs, ended.signal).then(
      () => process.channel.kill(),
      () => {},
    );
  }

  /** Tells a running process how long it may use the key. */
  lease(leftMs: number): void {
    this.#process?.client.lease(leftMs);
  }

  /** Tells a running process about a key that was added. */
  updateOwnAddresses(): void {
    this.#process?.client.ownAddresses(this.#options.ownAddresses());
  }

  /** @throws HostError PROFILE_NOT_RUNNING */
  running(): WorkerClient {
    if (this.#process === null) throw new HostError('PROFILE_NOT_RUNNING', 'it is not running', { id: this.#options.profileId });
    return this.#process.client;
  }

  async #launch(): Promise<void> {
    const attempt = ++this.#attempt;
    this.#move({ kind: 'starting', sinceMs: this.#options.clock.now(), ...this.#again() });
    try {
      const order = await this.#options.order();
      if (attempt === this.#attempt) this.#run(order);
    } catch (error) {
      if (attempt === this.#attempt) this.#refused(error);
    }
  }

  #run({ config, privateKey, confirmedAlone = false, leaseMs }: NodeOrder): void {
    const { open, clock, onChange, ownAddresses, ask } = this.#options;
    const channel = open([privateKey, ...outboundSecrets(config)]);
    const client = createWorkerClient(channel, { onNode: onChange, onQuestion: ask });
    const process: Process = { channel, client, ranMs: startStopwatch(clock), fatal: null };
    this.#process = process;
    channel.onMessage((message) => this.#hear(message, process));
    void client.exited.then((exit) => this.#ended(process, exit));
    // The process itself reports why it fails, before and with its end.
    client.start(config, privateKey, { confirmedAlone, ownAddresses: ownAddresses(), leaseMs }).catch(() => {});
  }

  #hear(raw: unknown, process: Process): void {
    const { data: message } = fromWorkerSchema.safeParse(raw);
    if (message?.type === 'fatal') process.fatal = message.error;
    if (message?.type === 'alive' && this.#state.kind === 'starting') {
      this.#move({ kind: 'running', pid: message.pid, sinceMs: this.#options.clock.now(), ...this.#again() });
    }
  }

  #ended(process: Process, exit: WorkerExit): void {
    this.#process = null;
    if (this.#state.kind === 'stopping') {
      this.#move({ kind: 'stopped' });
      return;
    }
    this.#restart(process.fatal ?? endOf(exit), process.ranMs());
  }

  /** No process could be started at all. */
  #refused(error: unknown): void {
    if (isHostError(error, 'KEY_LOCKED')) this.#move({ kind: 'locked' });
    // A keychain may become available and a lease free; errors in a profile are permanent.
    else if (error instanceof CodedError && /^(?:KEYCHAIN|LEASE)_/.test(error.code)) this.#restart(error.serialise(), 0);
    else this.#move({ kind: 'failed', error: serialiseError(error) });
  }

  #again(): { readonly after?: ErrorView } {
    return this.#after === null ? {} : { after: this.#after };
  }

  #restart(error: ErrorView, ranMs: number): void {
    const { clock, random, limits } = this.#options;
    const restart = restartAfter({ failures: this.#failures, ranMs, error, fraction: random.fraction() }, limits);
    if (restart.kind === 'never') {
      this.#move({ kind: 'failed', error });
      return;
    }
    this.#failures = restart.failures;
    this.#after = error;
    const waiting = new AbortController();
    this.#waiting = waiting;
    // biome-ignore lint/plugin: shown to people; the waiting is done by the sleep below
    this.#move({ kind: 'backoff', failures: restart.failures, retryAtMs: clock.now() + restart.ms, error });
    void clock.sleep(restart.ms, waiting.signal).then(
      () => this.#launch(),
      () => {},
    );
  }

  #move(state: WorkerState): void {
    this.#state = state;
    this.#options.onChange();
  }
}

function endOf({ code, signal }: WorkerExit): ErrorView {
  return { code: 'WORKER_EXITED', message: `the process ended (${signal ?? code ?? 'unknown'})`, data: { code, signal } };
}

function outboundSecrets({ outbound }: NodeConfigInput): string[] {
  return [outbound?.proxyPassword ?? '', outbound?.hubToken ?? ''].filter((secret) => secret !== '');
}
