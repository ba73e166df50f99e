/** The node's money, assembled: ledger, imports, reconciliation, withdrawals. */
import type { DatabaseSync } from 'node:sqlite';
import { addressesOf, type ChainPreset } from '../../contract/chain-preset.ts';
import type { NetworkMode } from '../../contract/node-config.ts';
import type { Hex } from '../../protocol/hex.ts';
import type { MonotonicSource } from '../../protocol/monotonic.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import type { NodeInfo } from '../../protocol/wire/node.ts';
import type { ChainClient } from '../chain/chain-client.ts';
import { Waker } from '../kit/waker.ts';
import type { Log } from '../log.ts';
import type { NetworkClock } from '../networks/network-clock.ts';
import type { RelayAccount } from '../networks/relay/relay-account.ts';
import type { EventLog } from '../store/event-log.ts';
import { Tasks } from '../store/tasks.ts';
import { createChainReader } from './chain/chain-reader.ts';
import { stakingSources } from './chain/staking-log.ts';
import { OWN_ACCOUNTS, type OwnAccount } from './ledger/entry.ts';
import { Ledger } from './ledger/ledger.ts';
import { Payments } from './payments.ts';
import { Reconciler } from './reconcile/reconciler.ts';
import { MoneyRecords } from './records/money-records.ts';
import { ChainActs } from './stake/chain-acts.ts';
import type { SelectionBasis } from './stake/weight-forecast.ts';
import { type MoneyChain, MoneySync, type SyncReport } from './sync.ts';
import { taskChainMoney } from './task-chain/task-chain-money.ts';
import { GpuPeriods, taskFactsOf } from './task-facts.ts';
import { WithdrawalAttempts } from './withdraw/attempts.ts';
import { Withdrawals } from './withdraw/withdrawals.ts';

export interface MoneyOptions {
  /** The node's store; its schema contains MONEY_TABLES. */
  readonly db: DatabaseSync;
  readonly events: Pick<EventLog, 'ofTypes'>;
  readonly account: RelayAccount;
  /** Null if the network has no chain. */
  readonly chain: { readonly client: ChainClient; readonly preset: ChainPreset } | null;
  /** Replaces `chain` if tasks are on a chain. */
  readonly taskChain?: Parameters<typeof taskChainMoney>[0] | null;
  /** Key of the relay's `blockchains`. */
  readonly network: string;
  /** GPU name as reported. */
  readonly gpu: string;
  readonly nodeInfo: () => Promise<NodeInfo>;
  /** Addresses of all keys that the program currently holds; absent = only this node's. */
  readonly ownAddresses?: () => readonly Hex[];
  readonly networkClock: NetworkClock;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Parts that the procedures use; everything else goes through them. */
export interface MoneyParts {
  readonly mode: NetworkMode;
  readonly ledger: Ledger;
  readonly records: MoneyRecords;
  readonly sync: MoneySync;
  readonly reconciler: Reconciler;
  readonly withdrawals: Withdrawals;
  readonly account: RelayAccount;
  readonly chain: (MoneyChain & { readonly client: ChainClient; readonly acts: ChainActs }) | null;
  readonly nodeInfo: () => Promise<SelectionBasis>;
  readonly lastReport: () => SyncReport | null;
  readonly nowMs: () => number;
  readonly clock: MonotonicSource;
  readonly random: Random;
}

export interface Money extends MoneyParts {
  /** Reads the sources regularly until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** Something has happened to the money: read at once. */
  wake(): void;
  readonly payments: PaymentPoll;
}

/** Payments for ended tasks; the node polls them with its other polls. */
interface PaymentPoll extends Pick<Payments, 'periodMs' | 'onPaid'> {
  /** Whether a payment may still come. */
  isEnabled(): boolean;
  /** Reads once where they are reported. @throws as the source */
  poll(): Promise<void>;
}

/** If tasks are on a chain, it pays directly to the wallet. */
const CHAIN_ACCOUNTS: readonly OwnAccount[] = ['wallet', 'stake'];

/** The existing accounts, by where tasks are. */
export function accountsOf(mode: NetworkMode): readonly OwnAccount[] {
  return mode === 'chain' ? CHAIN_ACCOUNTS : OWN_ACCOUNTS;
}

/** How often the sources are read if nothing wakes the reader. */
const PERIOD_MS = 60_000;

export function createMoney(options: MoneyOptions): Money {
  const { db, account, networkClock, clock, log, nodeInfo } = options;
  const nowMs = () => networkClock.now();
  const [tasks, payments] = [new Tasks(db), new Payments(db, clock)];
  const [ledger, records, gpus] = [new Ledger(db), new MoneyRecords(db), new GpuPeriods(db)];
  gpus.note(options.gpu, nowMs());
  const broken = ledger.repairTotals();
  if (broken !== null) log.error({ err: broken }, 'the totals were wrong and have been rebuilt');

  // An act's effect on the weight is useful to know, but not required.
  const basis = () => nodeInfo().catch(() => null);
  const chain = createChain(options, basis);
  const taskChain = options.taskChain ?? null;
  const syncedChain = taskChain === null ? chain : taskChainMoney(taskChain, (commitment) => tasks.find(commitment) !== null);
  const mode = taskChain === null ? 'relay' : 'chain';
  const common = { db, records, ledger, account, accounts: accountsOf(mode), chain: syncedChain, nowMs, clock, payments };
  const sync = new MoneySync({ ...common, events: options.events, factsOf: taskFactsOf(tasks, gpus) });
  const attempts = new WithdrawalAttempts(db);
  const withdrawals = new Withdrawals({
    account,
    attempts,
    readList: () => sync.withdrawals(),
    network: options.network,
    benefitAddress: async () => (await chain?.client.benefitAddress.get()) ?? null,
    basis,
    nowMs,
    timeSettled: () => networkClock.settle(),
  });
  const waker = new Waker(clock);
  let report: SyncReport | null = null;
  let isReported = true;
  return {
    mode,
    ledger,
    records,
    sync,
    reconciler: new Reconciler({ ...common, sync }),
    withdrawals,
    account,
    chain,
    nodeInfo,
    nowMs,
    clock,
    random: options.random,
    lastReport: () => report,
    wake: () => waker.wake(),
    payments: {
      isEnabled: () => isReported && payments.isAwaited,
      periodMs: () => payments.periodMs(),
      onPaid: (listener) => payments.onPaid(listener),
      async poll() {
        isReported = await sync.payments();
      },
    },
    async run(signal) {
      let known = 0;
      while (!signal.aborted) {
        report = await sync.sync();
        const conflicts = ledger.conflicts();
        for (const { source } of conflicts.slice(known)) log.warn({ source }, 'a source of money contradicts itself');
        known = conflicts.length;
        await withdrawals.settle();
        await waker.sleep(PERIOD_MS, signal).catch(() => {});
      }
    },
  };
}

function createChain(
  { chain, ownAddresses = () => [] }: MoneyOptions,
  basis: () => Promise<SelectionBasis | null>,
): MoneyParts['chain'] {
  if (chain === null) return null;
  const { client, preset } = chain;
  return {
    client,
    reader: createChainReader({ rpc: client.rpc, preset, node: client.address }),
    journal: client.journal,
    sources: stakingSources(preset),
    acts: new ChainActs({ client, preset, contracts: stakingSources(preset).flatMap(addressesOf), ownAddresses, basis }),
  };
}
