/** Writes records into the ledger that it does not contain yet. Repeating this changes nothing. */
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import type { z } from 'zod';
import type { Hex } from '../../../protocol/hex.ts';
import { inTransaction } from '../../kit/database.ts';
import { RELAY_LISTS } from '../../networks/relay/relay-account.ts';
import {
  foldAtOpening,
  type Opening,
  openingSchema,
  postOpening,
  postStakingLog,
  postTransaction,
  transactionSchema,
} from '../chain/chain-entries.ts';
import { stakingLogSchema } from '../chain/staking-log.ts';
import type { LedgerEntry } from '../ledger/entry.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { postDelegationRecord, postRelayRecord, postSlashEvent } from '../relay/relay-posting.ts';
import { type FlowFold, flowSchema, initialFold, postFlow } from '../task-chain/flows.ts';
import type { MoneyRecord, MoneyRecords, RecordList } from './money-records.ts';
import { type Posting, postingOf, type TaskFactsOf } from './posting.ts';

const PAGE = 200;

interface PostedRow {
  readonly row: MoneyRecord;
  readonly posting: Posting;
  /** The task that this record shows to be unpaid. */
  readonly unpaid?: Hex | null;
}

export interface BookingOptions {
  readonly db: DatabaseSync;
  readonly records: MoneyRecords;
  readonly ledger: Ledger;
  readonly self: Hex;
  /** The NodeStaking contract to assume if a record names none; null if the network has no chain. */
  readonly unnamed: Hex | null;
  readonly factsOf: TaskFactsOf;
  /** The last task for which the relay says it slashed this node; null if there is none. */
  readonly slashedTask: () => Hex | null;
  /** Called for a task that is not paid, inside the transaction that books it. */
  readonly onUnpaid: (commitment: Hex) => void;
}

export class Booking {
  readonly #options: BookingOptions;
  /** What the booked flows say up to a position, so that they are read once and not for every later flow. */
  #folded: { readonly openingWei: bigint; readonly position: number; readonly fold: FlowFold } | null = null;

  constructor(options: BookingOptions) {
    this.#options = options;
  }

  /** Goes page by page and lets other work run in between: years of records must not keep the node from its tasks. */
  async run(nowMs: number): Promise<void> {
    const { self, factsOf } = this.#options;
    for (const list of RELAY_LISTS) await this.#bookAll(list, (row) => postRelayRecord(list, row, { self, factsOf }), nowMs);
    await this.#bookAll('delegationIncome', postDelegationRecord, nowMs);
    await this.#bookAll('opening', (row) => postOpening(parseStored(openingSchema, row)), nowMs);
    await this.#bookAll('slashEvent', postSlashEvent, nowMs);
    const opening = this.#opening();
    this.#bookStakingLogs(opening, nowMs);
    this.#bookFlows(opening, nowMs);
    await this.#bookAll('transaction', (row) => postTransaction(parseStored(transactionSchema, row), opening), nowMs);
  }

  async #bookAll(list: RecordList, post: (row: MoneyRecord) => Posting, nowMs: number): Promise<void> {
    let afterPosition = -1;
    for (;;) {
      const rows = this.#options.records.unposted(list, { afterPosition, limit: PAGE });
      this.#book(
        rows.map((row) => ({ row, posting: post(row) })),
        nowMs,
      );
      if (rows.length < PAGE) return;
      afterPosition = rows.at(-1)?.position ?? afterPosition;
      await setImmediate();
    }
  }

  /** A log shows what moved only together with the previous ones. */
  #bookStakingLogs(opening: Opening | null, nowMs: number): void {
    const { records, self, unnamed, slashedTask } = this.#options;
    if (opening === null || unnamed === null || records.unposted('stakingLog', { limit: 1 }).length === 0) return;
    let fold = foldAtOpening(opening, { self, unnamed });
    const unposted: PostedRow[] = [];
    for (const row of records.all('stakingLog')) {
      const done = postStakingLog(parseStored(stakingLogSchema, row), fold, { self, unnamed, slashedTask: slashedTask() });
      fold = done.fold;
      if (row.posted !== row.json) unposted.push({ row, posting: done.posting });
    }
    this.#book(unposted, nowMs);
  }

  /**
   * Like staking logs: one that comes late may change the meaning of later ones, and an existing entry is not written
   * twice.
   */
  #bookFlows(opening: Opening | null, nowMs: number): void {
    const { records, factsOf } = this.#options;
    const [first] = records.unposted('chainFlow', { limit: 1 });
    if (opening === null || first === undefined) return;
    const kept = this.#folded;
    this.#folded = null;
    const isNext = kept !== null && kept.openingWei === opening.stakeWei && kept.position < first.position;
    let fold = isNext ? kept.fold : initialFold(opening.stakeWei);
    const rows = records.all('chainFlow', isNext ? { afterPosition: kept.position } : {});
    const unposted: PostedRow[] = [];
    for (const row of rows) {
      const flow = parseStored(flowSchema, row);
      const done = postFlow(flow, fold, { source: `chain:${row.key}`, factsOf });
      fold = done.fold;
      // The end of an aborted or invalidated task says by itself that nothing is paid.
      const unpaid = flow.event === 'unpaid' ? flow.commitment : null;
      if (row.position >= first.position) unposted.push({ row, posting: postingOf(...done.entries), unpaid });
    }
    this.#book(unposted, nowMs);
    this.#folded = { openingWei: opening.stakeWei, position: rows.at(-1)?.position ?? first.position, fold };
  }

  /** Entries and marks in one transaction. */
  #book(rows: readonly PostedRow[], nowMs: number): void {
    const { records, ledger, db, onUnpaid } = this.#options;
    inTransaction(db, () => {
      const recordings = ledger.record(rows.flatMap(entriesOf), nowMs).values();
      for (const { row, posting, unpaid = null } of rows) {
        if (unpaid !== null) onUnpaid(unpaid);
        if (posting.kind !== 'entries') {
          if (row.problem !== posting.why) records.setProblem(row, posting.why);
          continue;
        }
        const conflicts = posting.entries
          .map(() => recordings.next().value)
          .filter((recording) => recording?.kind === 'conflict');
        records.markPosted(row, conflicts.map(({ error }) => error.message).join('; '));
      }
    });
  }

  #opening(): Opening | null {
    const row = this.#options.records.all('opening').at(-1);
    return row === undefined ? null : parseStored(openingSchema, row);
  }
}

function entriesOf({ posting }: PostedRow): readonly LedgerEntry[] {
  return posting.kind === 'entries' ? posting.entries : [];
}

/** For records written by this program. */
function parseStored<Schema extends z.ZodType>(schema: Schema, { json }: MoneyRecord): z.output<Schema> {
  return schema.parse(JSON.parse(json));
}
