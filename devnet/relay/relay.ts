/** The local relay as a whole. */

import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type SerialisedError, serialiseError } from '../../protocol/errors.ts';
import { addMs, LONG_AGO, monotonicNow, msUntil } from '../../protocol/monotonic.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import type { RelayChain } from '../chain/relay-chain.ts';
import { DevnetError } from '../errors.ts';
import { ChainBridge } from './chain/chain-bridge.ts';
import { parseRelayConfig, type RelayConfig, type RelayConfigInput, randomSamplingSeed, type SamplingSeed } from './config.ts';
import type { RelayContext } from './context.ts';
import { abortOverdueTasks } from './deadline-scan.ts';
import { setDelegation, setDelegatorShare } from './delegations.ts';
import { dispatch } from './dispatcher.ts';
import { directoryFiles, memoryFiles } from './files.ts';
import { buildApp } from './http/app.ts';
import type { FaultPlan } from './http/faults.ts';
import { balanceOf, ISSUED, stakeOf, type Totals, totals, transfer } from './ledger.ts';
import { distributeModels } from './model-distribution.ts';
import { slashNode } from './node-departure.ts';
import { memoryBackend, sqliteBackend } from './store/backend.ts';
import type { LedgerRow, NodeRow, TaskRow, VestingRow } from './store/rows.ts';
import { openStore } from './store/store.ts';
import { createVesting, type NewVesting, releaseVestings } from './vesting.ts';

export interface RelayOptions {
  readonly config?: RelayConfigInput;
  readonly clock: Clock;
  readonly random: Random;
  /** Directory that keeps rows and task files across restarts; without it, everything is in memory. */
  readonly statePath?: string;
  /** Default: 32 random bytes per task. */
  readonly samplingSeed?: SamplingSeed;
  /**
   * Called if one task could not be moved on: a bug, but no reason to stop the network. Default: thrown by `runRound`.
   */
  readonly onError?: (error: SerialisedError) => void;
  /**
   * The chain with the stakes; without one, they are numbers in the books. `config.relayAddress` is the relay's account
   * on it.
   */
  readonly chain?: RelayChain;
  /** Misbehaviour towards clients, for their tests. */
  readonly faults?: FaultPlan;
}

interface InProcessRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path and query. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface InProcessResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

export interface Relay {
  readonly config: RelayConfig;
  /** Only after `listen`. */
  readonly url: string;
  /** Opens the port and starts the background rounds. */
  listen(options?: { readonly port?: number; readonly host?: string }): Promise<string>;
  close(): Promise<void>;
  /** A request without a socket, for tests. */
  handle(request: InProcessRequest): Promise<InProcessResponse>;
  /** One round: deadlines, dispatch until nothing more fits, missing models. For tests that drive the relay by hand. */
  runRound(): void;
  /**
   * One pass over the chain: its events, stakes to return or take, withdrawals to pay. Does nothing without a chain.
   */
  followChain(): Promise<void>;
  balanceWei(address: string): bigint;
  stakeWei(address: string): bigint;
  totals(): Totals;
  task(commitment: string): TaskRow | undefined;
  tasks(): readonly TaskRow[];
  node(address: string): NodeRow | undefined;
  nodes(): readonly NodeRow[];
  ledger(): readonly LedgerRow[];
  /** Adds to an account from outside; a `reason` works only once. */
  deposit(deposit: { readonly address: string; readonly wei: bigint; readonly reason: string }): void;
  /** Adds to a stake from outside, like a stake transaction. Not if a chain has the stakes. */
  stake(deposit: { readonly address: string; readonly wei: bigint; readonly reason: string }): void;
  /** Creates an emission, as the real relay does each week. */
  vest(vesting: NewVesting): VestingRow;
  /** Carries out a pending slash, as an admin does. */
  slash(slash: { readonly address: string; readonly commitment: string }): void;
}

/** @throws DevnetError DEVNET_BAD_CONFIG, DEVNET_BAD_STATE, DEVNET_NEWER_STATE */
export function createRelay(options: RelayOptions): Relay {
  const { clock, random, statePath } = options;
  const context: RelayContext = {
    config: parseRelayConfig(options.config ?? {}),
    clock,
    random,
    samplingSeed: options.samplingSeed ?? randomSamplingSeed((length) => random.bytes(length)),
    stakes: options.chain === undefined ? 'books' : 'chain',
    store: openStore(statePath === undefined ? memoryBackend : sqliteBackend(join(statePath, 'relay.db'))),
    onError: (error) => {
      if (options.onError === undefined) throw error;
      options.onError(serialiseError(error));
    },
    files: statePath === undefined ? memoryFiles() : directoryFiles(join(statePath, 'tasks')),
  };
  const { store, config } = context;
  applyGenesis(context);
  const stopping = new AbortController();
  let background: Promise<void> = Promise.resolve();
  let building: ReturnType<typeof buildApp> | undefined;
  const bridge = options.chain === undefined ? null : new ChainBridge(context, options.chain);
  const http = () => (building ??= buildApp(context, { bridge, faults: options.faults }));
  let url = '';
  let modelsDue = LONG_AGO;
  let vestingsDue = LONG_AGO;

  function runRound(): void {
    abortOverdueTasks(context);
    while (dispatch(context) > 0);
    if (msUntil(modelsDue, clock) <= 0) {
      modelsDue = addMs(monotonicNow(clock), config.times.modelDistribution * 1000);
      distributeModels(context);
    }
    if (msUntil(vestingsDue, clock) <= 0) {
      vestingsDue = addMs(monotonicNow(clock), config.times.vestingRelease * 1000);
      releaseVestings(context);
    }
  }

  async function runChainLoop(): Promise<void> {
    while (!stopping.signal.aborted) {
      // If the chain is unavailable, it is tried again; what is owed stays in the store.
      await bridge?.sync().catch((error: unknown) => {
        if (!stopping.signal.aborted) context.onError(error);
      });
      await clock.sleep(config.times.chainScan * 1000, stopping.signal).catch(() => {});
    }
  }

  async function runRoundLoop(): Promise<void> {
    while (!stopping.signal.aborted) {
      runRound();
      await clock.sleep(config.times.scan * 1000, stopping.signal).catch(() => {});
    }
  }

  return {
    config,
    get url() {
      return url;
    },
    async listen({ port = 0, host = '127.0.0.1' } = {}) {
      const app = await http();
      await app.listen({ port, host });
      const { port: bound } = app.server.address() as AddressInfo;
      url = `http://${host}:${bound}`;
      background = Promise.all([runRoundLoop(), bridge === null ? null : runChainLoop()]).then(() => {});
      // A failure that nobody listens for is reported by `close`.
      background.catch(() => {});
      return url;
    },
    async close() {
      stopping.abort();
      await (await building)?.close();
      try {
        await background;
      } finally {
        store.close();
      }
    },
    async handle({ method, url: path, headers = {}, body }) {
      const payload = typeof body === 'string' ? body : body === undefined ? undefined : Buffer.from(body);
      const response = await (await http()).inject({
        method,
        url: path,
        headers: { ...headers },
        ...(payload === undefined ? {} : { payload }),
      });
      const responseHeaders = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
      return {
        status: response.statusCode,
        headers: Object.fromEntries(responseHeaders),
        bytes: new Uint8Array(response.rawPayload),
      };
    },
    runRound,
    followChain: async () => bridge?.sync(),
    balanceWei: (address) => balanceOf(context, address),
    stakeWei: (address) => balanceOf(context, stakeOf(address)),
    totals: () => totals(context),
    task: (commitment) => store.tasks.get(commitment),
    tasks: () => store.tasks.values(),
    node: (address) => store.nodes.get(address),
    nodes: () => store.nodes.values(),
    ledger: () => store.ledger.values(),
    deposit: ({ address, wei, reason }) =>
      store.transaction(() => transfer(context, { type: 'Deposit', reason: `3-${reason}`, from: ISSUED, to: address, wei })),
    stake: ({ address, wei, reason }) => {
      if (bridge !== null) throw new DevnetError('DEVNET_ON_CHAIN', `the stake of ${address} is on the chain`);
      store.transaction(() =>
        transfer(context, { type: 'Stake', reason: `stake-${reason}`, from: ISSUED, to: stakeOf(address), wei }),
      );
    },
    vest: (vesting) => createVesting(context, vesting),
    slash: (slash) => store.transaction(() => slashNode(context, slash)),
  };
}

/** Once per account: after a restart with stored state, the entries already exist. */
function applyGenesis(context: RelayContext): void {
  const { store, config } = context;
  store.transaction(() => {
    for (const { address, balanceWei } of config.genesis.accounts) {
      const reason = `3-genesis-${address}`;
      if (!store.ledger.has(reason)) transfer(context, { type: 'Deposit', reason, from: ISSUED, to: address, wei: balanceWei });
    }
    // On a chain, whoever starts it provides the stakes.
    if (context.stakes === 'chain') return;
    for (const { node, delegator, stakeWei, sharePercent } of config.genesis.delegations) {
      setDelegatorShare(context, node, sharePercent);
      setDelegation(context, { node, delegator, stakeWei });
    }
    for (const { address, stakeWei } of config.genesis.stakes) {
      const reason = `stake-genesis-${address}`;
      if (!store.ledger.has(reason))
        transfer(context, { type: 'Stake', reason, from: ISSUED, to: stakeOf(address), wei: stakeWei });
    }
  });
}
