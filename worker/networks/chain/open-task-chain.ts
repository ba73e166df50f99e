/** A node's view of a network whose tasks are on a chain, assembled: endpoints, journal, account, contracts, the port. */
import type { TaskChainPreset } from '../../../contract/task-chain-preset.ts';
import type { Hex } from '../../../protocol/hex.ts';
import type { Clock, Random } from '../../../protocol/ports.ts';
import { openEndpoints } from '../../chain/chain-client.ts';
import type { ChainRpc } from '../../chain/rpc/methods.ts';
import { AccountTransactions } from '../../chain/transactions/account-transactions.ts';
import { TransactionJournal } from '../../chain/transactions/journal.ts';
import type { Signer } from '../../kit/signer.ts';
import type { Traffic } from '../../kit/traffic.ts';
import type { Log } from '../../log.ts';
import type { ProxyPolicy } from '../../outbound/proxy-policy.ts';
import type { Store } from '../../store/store.ts';
import { NetworkClock } from '../network-clock.ts';
import { ChainActs } from './chain-acts.ts';
import { ChainNetwork } from './chain-network.ts';
import { ChainTrust } from './chain-trust.ts';
import { blockOfEvent } from './log-rows.ts';
import { LogScan } from './log-scan.ts';
import { OldRelay } from './old-relay.ts';
import { TaskContracts } from './task-contracts.ts';

export interface TaskChainOptions {
  readonly preset: TaskChainPreset;
  readonly networkName: string;
  readonly relayUrl: string;
  readonly signer: Signer;
  readonly store: Store;
  /** Advanced by the chain's blocks; used for deadlines. */
  readonly chainClock: NetworkClock;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly proxies?: ProxyPolicy | undefined;
  /** Counts the requests to the relay and to the chain. */
  readonly traffic?: { readonly relay: Traffic; readonly chain: Traffic } | undefined;
  /** How long an act waits for a block before it is left to the journal, in milliseconds. */
  readonly actWaitMs?: number;
}

export interface TaskChain {
  /** EIP-55. */
  readonly address: Hex;
  readonly preset: TaskChainPreset;
  readonly network: ChainNetwork;
  readonly relay: OldRelay;
  readonly rpc: ChainRpc;
  readonly journal: TransactionJournal;
  readonly transactions: AccountTransactions;
  readonly contracts: TaskContracts;
  readonly trust: ChainTrust;
  /** Follows open transactions until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Opens no connection until the first request. */
export function openTaskChain(options: TaskChainOptions): TaskChain {
  const { preset, networkName, relayUrl, signer, store, chainClock, clock, random, log, proxies, traffic, actWaitMs } = options;
  const { rpc, close } = openEndpoints({ preset, db: store.db, clock, random, log, proxies, traffic: traffic?.chain });
  const { address } = signer;
  const journal = new TransactionJournal(store.db);
  const transactions = new AccountTransactions({ rpc, journal, signer, preset, clock, log });
  const contracts = new TaskContracts(preset.contracts, rpc);
  const relayClock = new NetworkClock(clock);
  const relay = new OldRelay({ relayUrl, signer, clock: relayClock, proxies, traffic: traffic?.relay });
  readWhenInDoubt(relayClock, relay, clock);
  const network = new ChainNetwork({
    signer,
    networkName,
    rpc,
    contracts,
    acts: new ChainActs({
      ...{ transactions, journal, random },
      ...(actWaitMs === undefined ? {} : { waitMs: actWaitMs }),
      account: async () => ({ chainId: await rpc.chainId(), address }),
    }),
    scan: new LogScan({
      rpc,
      addresses: [preset.contracts.task, preset.contracts.node],
      confirmations: preset.confirmations,
      rows: { self: address, isKnown: (commitment) => store.tasks.find(commitment) !== null },
      loadMark: () => store.settings.get('logMark'),
      saveMark: (mark) => store.settings.set('logMark', mark),
    }),
    relay,
    confirmations: preset.confirmations,
    chainClock,
    keptArgs: (commitment) => store.tasks.find(commitment)?.taskArgs ?? '',
    clock,
    log,
  });
  const trust = new ChainTrust({
    ...{ address, rpc, contracts, nodeInfo: () => network.nodeInfo() },
    blockOfTask: (commitment) => blockOfTask(store, commitment),
  });
  const run = (signal: AbortSignal) => transactions.run(signal);
  return { address, preset, network, relay, rpc, journal, transactions, contracts, trust, run, close };
}

/** Any of these shows where on the chain a task is; the first may be from before this node looked. */
const TASK_EVENTS = ['TaskStarted', 'TaskScoreReady', 'TaskErrorReported', 'TaskEndInvalidated', 'TaskEndAborted'] as const;

/** Only signatures need the relay's time, so the first one reads it. */
function readWhenInDoubt(relayClock: NetworkClock, relay: OldRelay, clock: Clock): void {
  relayClock.readBy(async () => {
    const sentMs = clock.now();
    const networkSeconds = await relay.now();
    relayClock.set({ networkSeconds, sentMs, receivedMs: clock.now() });
  });
  relayClock.doubt();
}

function blockOfTask(store: Store, commitment: string): bigint | null {
  const seen = store.events.ofTypes([...TASK_EVENTS]).find((event) => event.commitment === commitment);
  return seen === undefined ? null : blockOfEvent(seen.id);
}
