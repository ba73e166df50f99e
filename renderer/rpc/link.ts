/** One connection that is kept open: after a loss it is retried, at growing intervals. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { ContractError } from '../../contract/errors.ts';
import { SESSION_ENDED } from '../../contract/page-session.ts';
import { errorOf } from '../../contract/rpc-errors.ts';
import type { RpcPort } from '../../contract/rpc-port.ts';

export type LinkState<Client> =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting'; readonly failures: number }
  | { readonly kind: 'open'; readonly client: Client }
  | { readonly kind: 'waiting'; readonly failures: number; readonly retryAtMs: number }
  /** The page's session has ended, so a retry would only be refused again. */
  | { readonly kind: 'ended' };

/** The timer functions that a link needs from the page. */
export interface LinkClock {
  now(): number;
  after(ms: number, run: () => void): () => void;
}

export const pageClock: LinkClock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;

export function retryDelayMs(failures: number): number {
  return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, failures - 1));
}

export class Link<Client> {
  readonly state: StoreApi<LinkState<Client>> = createStore<LinkState<Client>>(() => ({ kind: 'idle' }));
  readonly #open: () => Promise<RpcPort>;
  readonly #create: (port: RpcPort) => Client;
  readonly #clock: LinkClock;
  #port: RpcPort | null = null;
  #cancelRetry: (() => void) | null = null;
  /** Counts attempts, so that late results of an earlier one are discarded. */
  #attempt = 0;
  #lostMs: number | null = null;

  constructor(options: { open(): Promise<RpcPort>; create(port: RpcPort): Client; clock: LinkClock }) {
    this.#open = options.open;
    this.#create = options.create;
    this.#clock = options.clock;
  }

  /** When the connection was lost; null = it is open, or never was. */
  get lostMs(): number | null {
    return this.#lostMs;
  }

  start(): void {
    if (this.state.getState().kind === 'idle') this.#connect(0);
  }

  /** Ends the wait before the next attempt. */
  retryNow(): void {
    const state = this.state.getState();
    if (state.kind === 'waiting') this.#connect(state.failures);
  }

  stop(): void {
    this.#attempt += 1;
    this.#cancelRetry?.();
    this.#port?.close();
    this.#port = null;
    this.#lostMs = null;
    this.state.setState({ kind: 'idle' }, true);
  }

  /** @throws ContractError RPC_DISCONNECTED while it is not open. */
  client(): Client {
    const state = this.state.getState();
    if (state.kind === 'open') return state.client;
    throw new ContractError('RPC_DISCONNECTED', 'the connection is not there at the moment');
  }

  #connect(failures: number): void {
    this.#cancelRetry?.();
    this.#attempt += 1;
    const attempt = this.#attempt;
    this.state.setState({ kind: 'connecting', failures }, true);
    this.#open().then(
      (port) => this.#opened(port, attempt),
      (error: unknown) => this.#lost(attempt, failures + 1, errorOf(error).code),
    );
  }

  #opened(port: RpcPort, attempt: number): void {
    if (attempt !== this.#attempt) {
      port.close();
      return;
    }
    this.#port = port;
    this.#lostMs = null;
    const client = this.#create(port);
    port.onClose((why) => this.#lost(attempt, 1, why));
    this.state.setState({ kind: 'open', client }, true);
  }

  #lost(attempt: number, failures: number, why?: string): void {
    if (attempt !== this.#attempt) return;
    this.#port = null;
    this.#lostMs ??= this.#clock.now();
    if (why === SESSION_ENDED) {
      this.state.setState({ kind: 'ended' }, true);
      return;
    }
    const delay = retryDelayMs(failures);
    this.state.setState({ kind: 'waiting', failures, retryAtMs: this.#clock.now() + delay }, true);
    this.#cancelRetry = this.#clock.after(delay, () => this.#connect(failures));
  }
}
