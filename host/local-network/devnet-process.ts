/** The local network as a child process: started when needed, it funds nodes on request and keeps tasks coming. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { DevnetState } from '../../contract/devnet.ts';
import type { NetworkMode, NetworkPreset } from '../../contract/node-config.ts';
import type { Clock } from '../../protocol/ports.ts';
import { type DevnetChannel, type DevnetOrder, type FromDevnet, fromDevnetSchema } from './devnet-channel.ts';
import { LocalNetworkError } from './errors.ts';

export interface DevnetProcessOptions {
  readonly dataDir: string;
  readonly workerEntry: string;
  /** Where the tasks are; default: a relay. */
  readonly mode?: NetworkMode;
  readonly peers: DevnetOrder['peers'];
  readonly fork: (options: { readonly logFile: string }) => DevnetChannel;
  /** Called before each start; an error keeps the process from being started. */
  readonly check?: () => Promise<void>;
  readonly clock: Clock;
  /** Time between two tasks of its application. */
  readonly taskEverySeconds?: number;
  /** Called with errors that do not end it. */
  readonly onError: (error: unknown) => void;
}

interface DevnetFunds {
  /** Coin on the chain: for stake and gas. */
  readonly walletWei: bigint;
}

export interface DevnetProcess {
  state(): DevnetState;
  /** Calls back after every change. @returns unsubscribe */
  watch(listener: (state: DevnetState) => void): () => void;
  /** What a node needs to know about it; null = it is not running. */
  preset(): NetworkPreset | null;
  /** Resolves when it is running. @throws LocalNetworkError LOCAL_NETWORK_FAILED, LOCAL_NETWORK_ENDED */
  start(): Promise<NetworkPreset>;
  /** Creates money out of nothing. @throws LocalNetworkError LOCAL_NETWORK_ENDED, LOCAL_NETWORK_SILENT */
  fund(address: string, funds: DevnetFunds): Promise<void>;
  /** Keeps its state on disk. Resolves when the process is gone. */
  stop(): Promise<void>;
}

const TASK_EVERY_SECONDS = 4;
const FUND_WITHIN_MS = 60_000;
/** How long its peers may take to finish their tasks. */
const STOP_WITHIN_MS = 30_000;

interface Running {
  readonly channel: DevnetChannel;
  readonly ready: PromiseWithResolvers<NetworkPreset>;
  readonly exited: Promise<void>;
  readonly funding: Map<number, PromiseWithResolvers<void>>;
  preset: NetworkPreset | null;
  stopping: boolean;
}

export function createDevnetProcess(options: DevnetProcessOptions): DevnetProcess {
  return new LocalDevnet(options);
}

class LocalDevnet implements DevnetProcess {
  readonly #options: DevnetProcessOptions;
  readonly #listeners = new Set<(state: DevnetState) => void>();
  #state: DevnetState = { kind: 'stopped' };
  #running: Running | null = null;
  /** Stays the same while this program runs, so that waiting nodes find it again. */
  #port = 0;
  #nextId = 1;

  constructor(options: DevnetProcessOptions) {
    this.#options = options;
  }

  state(): DevnetState {
    return this.#state;
  }

  watch(listener: (state: DevnetState) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  preset(): NetworkPreset | null {
    return this.#running?.preset ?? null;
  }

  async start(): Promise<NetworkPreset> {
    if (this.#running?.stopping) await this.#running.exited;
    if (this.#running === null && this.#options.check !== undefined) await this.#options.check();
    this.#running ??= this.#launch();
    return this.#running.ready.promise;
  }

  async fund(address: string, { walletWei }: DevnetFunds): Promise<void> {
    const running = this.#running;
    if (running === null) throw new LocalNetworkError('LOCAL_NETWORK_ENDED', 'the local network is not running');
    const id = this.#nextId++;
    const answer = Promise.withResolvers<void>();
    running.funding.set(id, answer);
    running.channel.send({ type: 'fund', id, address, walletWei: walletWei.toString(), balanceWei: '0', stakeWei: '0' });
    try {
      await this.#within(FUND_WITHIN_MS, answer.promise);
    } finally {
      running.funding.delete(id);
    }
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    running.stopping = true;
    running.channel.send({ type: 'stop' });
    await this.#within(STOP_WITHIN_MS, running.exited).catch(() => {
      running.channel.kill();
      return running.exited;
    });
  }

  #launch(): Running {
    const { dataDir, workerEntry, peers, fork, mode = 'relay' } = this.#options;
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const channel = fork({ logFile: path.join(dataDir, 'devnet.log') });
    const exit = Promise.withResolvers<void>();
    const running: Running = {
      channel,
      ready: Promise.withResolvers(),
      exited: exit.promise,
      funding: new Map(),
      preset: null,
      stopping: false,
    };
    // Whoever asked for the start gets this error; a devnet that ends later is reported by its state.
    running.ready.promise.catch(() => {});
    channel.onMessage((raw) => {
      const message = fromDevnetSchema.safeParse(raw);
      if (message.success) this.#take(running, message.data);
    });
    channel.onExit(() => {
      this.#ended(running);
      exit.resolve();
    });
    this.#become({ kind: 'starting' });
    // Each mode has its own chain, which the other cannot continue.
    const statePath = path.join(dataDir, mode === 'chain' ? 'state-chain' : 'state');
    mkdirSync(statePath, { recursive: true });
    channel.send({ type: 'start', config: { mode, dataDir, statePath, workerEntry, port: this.#port, peers } });
    return running;
  }

  #take(running: Running, message: FromDevnet): void {
    switch (message.type) {
      case 'ready': {
        const { preset, explorerUrl } = message;
        running.preset = preset;
        this.#port = Number(new URL(preset.relayUrl).port);
        running.channel.send({ type: 'workload', everySeconds: this.#options.taskEverySeconds ?? TASK_EVERY_SECONDS });
        this.#become({ kind: 'running', networkId: preset.id, relayUrl: preset.relayUrl, explorerUrl });
        running.ready.resolve(preset);
        break;
      }
      case 'funded':
        running.funding.get(message.id)?.resolve();
        break;
      case 'error':
        this.#options.onError(message.error);
        break;
      case 'fatal': {
        const { code, message: why } = message.error;
        const error = new LocalNetworkError('LOCAL_NETWORK_FAILED', `${code}: ${why}`, { reason: code });
        this.#become(failed(error));
        running.ready.reject(error);
      }
    }
  }

  #ended(running: Running): void {
    this.#running = null;
    const error = new LocalNetworkError('LOCAL_NETWORK_ENDED', 'the local network has ended');
    running.ready.reject(error);
    for (const answer of running.funding.values()) answer.reject(error);
    if (running.stopping) this.#become({ kind: 'stopped' });
    else if (this.#state.kind !== 'failed') this.#become(failed(error));
  }

  #become(state: DevnetState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }

  async #within<Value>(ms: number, promise: Promise<Value>): Promise<Value> {
    const over = new AbortController();
    const late = this.#options.clock.sleep(ms, over.signal).then(() => {
      throw new LocalNetworkError('LOCAL_NETWORK_SILENT', 'the local network does not answer');
    });
    late.catch(() => {});
    try {
      return await Promise.race([promise, late]);
    } finally {
      over.abort();
    }
  }
}

function failed(error: LocalNetworkError): DevnetState {
  const { code, message, data } = error.serialise();
  return { kind: 'failed', error: { code, message, data: { ...data } } };
}
