/** Reads the sources of the node's money into the store and the ledger. A failing source does not affect the others. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { ContractAddresses } from '../../contract/chain-preset.ts';
import { type SerialisedError, serialiseError } from '../../protocol/errors.ts';
import type { Hex } from '../../protocol/hex.ts';
import { type MonotonicSource, startStopwatch } from '../../protocol/monotonic.ts';
import { SerialQueue } from '../../protocol/serial-queue.ts';
import { type EventArgs, readEventArgs } from '../../protocol/wire/event-args.ts';
import { commitmentField } from '../../protocol/wire/fields.ts';
import {
  taskFeeRecordSchema,
  VESTING_STATUSES,
  type WithdrawalRecord,
  withdrawalRecordSchema,
} from '../../protocol/wire/relay-account.ts';
import type { TransactionJournal } from '../chain/transactions/journal.ts';
import type { RelayAccount, RelayList } from '../networks/relay/relay-account.ts';
import type { EventLog } from '../store/event-log.ts';
import { type ChainState, importChain } from './chain/chain-import.ts';
import type { ChainReader } from './chain/chain-reader.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Payments } from './payments.ts';
import { Booking } from './records/booking.ts';
import { Cursors } from './records/cursors.ts';
import type { MoneyRecords } from './records/money-records.ts';
import type { TaskFactsOf } from './records/posting.ts';
import { importList, type ListState } from './relay/list-import.ts';
import { unfinishedKeys } from './relay/unfinished.ts';
import type { FlowSource } from './task-chain/flow-reader.ts';

export interface MoneyChain {
  readonly reader: ChainReader;
  readonly journal: Pick<TransactionJournal, 'settledAfter' | 'open'>;
  /** Staking contracts, abandoned ones first. */
  readonly sources: readonly ContractAddresses[];
  /** If tasks are on the chain, there are no staking contracts. */
  readonly flows?: FlowSource;
}

export interface MoneySyncOptions {
  readonly db: DatabaseSync;
  readonly records: MoneyRecords;
  readonly ledger: Ledger;
  readonly account: RelayAccount;
  /** Null if the network has no chain: slashes are then taken from the relay's events. */
  readonly chain: MoneyChain | null;
  readonly events: Pick<EventLog, 'ofTypes'>;
  readonly factsOf: TaskFactsOf;
  readonly payments: Pick<Payments, 'setUnpaid' | 'settle'>;
  /** Network time, epoch ms. */
  readonly nowMs: () => number;
  readonly clock: MonotonicSource;
}

export type SourceState<State> = State | { readonly kind: 'failed'; readonly error: SerialisedError };

export interface SyncReport {
  readonly atMs: number;
  readonly lists: Readonly<Record<RelayList, SourceState<ListState>>>;
  readonly chain: SourceState<{ readonly kind: 'read' } & ChainState> | { readonly kind: 'none' };
}

export interface SyncBudget {
  /** Most pages per list. */
  readonly pages: number;
  /** Most ranges of blocks. */
  readonly chunks: number;
  /** Also read again what changes slowly (vestings), however recently it was read. */
  readonly refreshAll: boolean;
}

const NEWEST: SyncBudget = { pages: 1, chunks: 1, refreshAll: false };
export const ROUTINE: SyncBudget = { pages: 5, chunks: 10, refreshAll: false };
export const THOROUGH: SyncBudget = { pages: 10_000, chunks: 10_000, refreshAll: true };

/** The relay releases vestings hourly. */
const VESTING_PERIOD_MS = 3_600_000;

export class MoneySync {
  readonly #options: MoneySyncOptions;
  readonly #booking: Booking;
  readonly #cursors: Cursors;
  readonly #queue = new SerialQueue();
  #sinceVestings: (() => number) | null = null;

  constructor(options: MoneySyncOptions) {
    const { db, records, ledger, account, factsOf, chain, payments } = options;
    this.#options = options;
    this.#cursors = new Cursors(db);
    const slashedTask = () => this.#slashes().at(-1)?.task ?? null;
    this.#booking = new Booking({
      db,
      records,
      ledger,
      self: account.address,
      unnamed: chain?.sources[0]?.nodeStaking ?? null,
      factsOf,
      slashedTask,
      onUnpaid: (commitment) => payments.setUnpaid(commitment),
    });
  }

  /** Runs one at a time; never rejects because of a source. */
  sync(budget: SyncBudget = ROUTINE): Promise<SyncReport> {
    return this.inTurn(() => this.readSources(budget));
  }

  /**
   * Reads and books only what tasks have earned: the newest page of the account, or the newest blocks.
   * @returns false if there is nothing to read.
   * @throws as the source
   */
  payments(): Promise<boolean> {
    return this.inTurn(async () => {
      const { chain, records } = this.#options;
      const isReported =
        chain?.flows === undefined
          ? (await this.#import('taskFee', NEWEST, new Set())).kind !== 'unsupported'
          : (await this.#importChain(chain, NEWEST, records.newestPosition('transaction'))).kind === 'read';
      await this.#book();
      return isReported;
    });
  }

  /** Runs work during which no import writes records or entries. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#queue.run(work);
  }

  /** The relay's complete list of withdrawals; null if it could not be read. */
  withdrawals(): Promise<readonly WithdrawalRecord[] | null> {
    return this.inTurn(async () => {
      const state = await this.#list('withdrawal', THOROUGH);
      if (state.kind !== 'complete') return null;
      const rows = this.#options.records.all('withdrawal');
      return rows.flatMap(({ json }) => withdrawalRecordSchema.safeParse(JSON.parse(json)).data ?? []);
    });
  }

  /** As {@link sync}, for work that already has its turn. */
  async readSources(budget: SyncBudget): Promise<SyncReport> {
    const atMs = this.#options.nowMs();
    const lists = {
      taskFee: await this.#list('taskFee', budget),
      deposit: await this.#list('deposit', budget),
      withdrawal: await this.#list('withdrawal', budget),
      vesting: await this.#list('vesting', budget),
    };
    await this.#delegationIncome();
    const chain = await this.#chain(budget);
    await this.#book();
    return { atMs, lists, chain };
  }

  async #book(): Promise<void> {
    const { nowMs, payments } = this.#options;
    await this.#booking.run(nowMs());
    payments.settle();
  }

  #import(list: RelayList, { pages }: SyncBudget, refresh: ReadonlySet<string>): Promise<ListState> {
    const { records, account, nowMs } = this.#options;
    return importList({
      account,
      records,
      cursors: this.#cursors,
      list,
      nowMs: nowMs(),
      pageBudget: pages,
      refresh,
      ...(list === 'vesting' ? { onGone: (keys: readonly string[]) => this.#withdrawn(keys) } : {}),
    });
  }

  async #list(list: RelayList, budget: SyncBudget): Promise<SourceState<ListState>> {
    const { records, clock } = this.#options;
    const isOld = this.#sinceVestings === null || this.#sinceVestings() >= VESTING_PERIOD_MS;
    const isDue = list !== 'vesting' || budget.refreshAll || isOld;
    const refresh = isDue ? unfinishedKeys(records, list) : new Set<string>();
    try {
      const state = await this.#import(list, budget, refresh);
      if (list === 'vesting' && isDue && state.kind === 'complete') this.#sinceVestings = startStopwatch(clock);
      return state;
    } catch (error) {
      return { kind: 'failed', error: serialiseError(error) };
    }
  }

  /** When the relay deprecates an emission, it silently drops it from its list; nothing of it is locked any more. */
  #withdrawn(keys: readonly string[]): void {
    const { records, nowMs } = this.#options;
    const rows = keys.flatMap((key) => records.find('vesting', key) ?? []);
    const reported = rows.map(({ key, position, json }) => ({
      key,
      position,
      value: { ...z.looseObject({}).parse(JSON.parse(json)), status: VESTING_STATUSES.indexOf('deprecated') },
    }));
    records.put('vesting', reported, nowMs());
  }

  /**
   * The relay pays for delegations without listing the payments and only reports their total. If a relay lists them,
   * the total is not needed. If it could not be read, there is a difference, and the next run reads it again.
   */
  async #delegationIncome(): Promise<void> {
    const { records, account, nowMs } = this.#options;
    const totalWei = await account.delegationIncome().catch(() => null);
    if (totalWei === null || (totalWei === 0n && records.count('delegationIncome') === 0)) return;
    if (this.#listsDelegations()) return;
    records.put('delegationIncome', [{ key: 'total', position: 0, value: { totalWei: String(totalWei) } }], nowMs());
  }

  #listsDelegations(): boolean {
    const { records } = this.#options;
    for (const page of records.pages('taskFee')) {
      const hasOne = page.some(({ json }) => taskFeeRecordSchema.safeParse(JSON.parse(json)).data?.type === 'UserDelegation');
      if (hasOne) return true;
    }
    return false;
  }

  async #chain(budget: SyncBudget): Promise<SyncReport['chain']> {
    const { records, chain, nowMs } = this.#options;
    if (chain === null) {
      const reported = this.#slashes().map(({ id, args }) => ({ key: String(id), position: id, value: slashRecord(id, args) }));
      records.put('slashEvent', reported, nowMs());
      return { kind: 'none' };
    }
    try {
      return await this.#importChain(chain, budget);
    } catch (error) {
      return { kind: 'failed', error: serialiseError(error) };
    }
  }

  async #importChain(
    chain: MoneyChain,
    { chunks }: SyncBudget,
    afterSequence = 0,
  ): Promise<{ readonly kind: 'read' } & ChainState> {
    const { db, records, account, nowMs } = this.#options;
    const common = { db, records, cursors: this.#cursors, self: account.address, nowMs: nowMs() };
    return { kind: 'read', ...(await importChain({ ...chain, ...common, chunkBudget: chunks, afterSequence })) };
  }

  #slashes(): { id: number; args: EventArgs<'NodeSlashed'>; task: Hex | null }[] {
    return this.#options.events.ofTypes(['NodeSlashed']).flatMap((event) => {
      const args = readEventArgs(event, 'NodeSlashed');
      if (args === null) return [];
      return [{ id: event.id, args, task: commitmentField.safeParse(args.task_id_commitment).data ?? null }];
    });
  }
}

/** Without the evidence, which is large and irrelevant to the money. */
function slashRecord(id: number, { amount, network, node_address, task_id_commitment }: EventArgs<'NodeSlashed'>): object {
  return { id, amount: String(amount), network, node_address, task_id_commitment };
}
