/** Writes into the ledger what the records say and it has not taken in yet. Doing it again changes nothing. */
import type { DatabaseSync } from 'node:sqlite';
import type { z } from 'zod';
import type { Hex } from '../../../protocol/hex.ts';
import { inTransaction } from '../../store/database.ts';
import {
  foldOf,
  type Opening,
  openingSchema,
  postOpening,
  postStakingLog,
  postTransaction,
  transactionSchema,
} from '../chain/chain-entries.ts';
import { stakingLogSchema } from '../chain/staking-log.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { postRelayRecord, postSlashEvent } from '../relay/relay-posting.ts';
import { type MoneyRecord, type MoneyRecords, RELAY_LISTS, type RecordList } from './money-records.ts';
import type { Posting, TaskFactsOf } from './posting.ts';

const PAGE = 500;

export interface BookingOptions {
  readonly db: DatabaseSync;
  readonly records: MoneyRecords;
  readonly ledger: Ledger;
  readonly self: Hex;
  readonly factsOf: TaskFactsOf;
  /** The task for which the relay last said that it slashed this node, null for none. */
  readonly slashedTask: () => Hex | null;
}

export class Booking {
  readonly #options: BookingOptions;

  constructor(options: BookingOptions) {
    this.#options = options;
  }

  run(nowMs: number): void {
    const { self, factsOf } = this.#options;
    for (const list of RELAY_LISTS) this.#bookAll(list, (row) => postRelayRecord(list, row, { self, factsOf }), nowMs);
    this.#bookAll('opening', (row) => postOpening(stored(openingSchema, row)), nowMs);
    this.#bookAll('slashEvent', postSlashEvent, nowMs);
    const opening = this.#opening();
    this.#bookStakingLogs(opening, nowMs);
    this.#bookAll('transaction', (row) => postTransaction(stored(transactionSchema, row), opening), nowMs);
  }

  #bookAll(list: RecordList, post: (row: MoneyRecord) => Posting, nowMs: number): void {
    let afterPosition = -1;
    for (;;) {
      const rows = this.#options.records.unposted(list, { afterPosition, limit: PAGE });
      inTransaction(this.#options.db, () => {
        for (const row of rows) this.#book(row, post(row), nowMs);
      });
      if (rows.length < PAGE) return;
      afterPosition = rows.at(-1)?.position ?? afterPosition;
    }
  }

  /** A log says what moved only together with those before it. */
  #bookStakingLogs(opening: Opening | null, nowMs: number): void {
    const { records, self, slashedTask, db } = this.#options;
    if (opening === null || records.unposted('stakingLog', { limit: 1 }).length === 0) return;
    inTransaction(db, () => {
      let fold = foldOf(opening, self);
      for (const row of records.all('stakingLog')) {
        const done = postStakingLog(stored(stakingLogSchema, row), fold, { self, slashedTask: slashedTask() });
        fold = done.fold;
        if (row.posted !== row.json) this.#book(row, done.posting, nowMs);
      }
    });
  }

  #book(row: MoneyRecord, posting: Posting, nowMs: number): void {
    const { records, ledger } = this.#options;
    if (posting.kind !== 'entries') {
      if (row.problem !== posting.why) records.setProblem(row, posting.why);
      return;
    }
    const recordings = ledger.record(posting.entries, nowMs);
    const conflict = recordings.find((recording) => recording.kind === 'conflict');
    records.markPosted(row, conflict === undefined ? '' : conflict.error.message);
  }

  #opening(): Opening | null {
    const row = this.#options.records.all('opening').at(-1);
    return row === undefined ? null : stored(openingSchema, row);
  }
}

/** For records that this program wrote itself. */
function stored<Schema extends z.ZodType>(schema: Schema, { json }: MoneyRecord): z.output<Schema> {
  return schema.parse(JSON.parse(json));
}
