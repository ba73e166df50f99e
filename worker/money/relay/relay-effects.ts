/**
 * The sums of the relay's records, computed directly from their text. Deliberately separate from the booking: this is
 * the second opinion that the ledger is compared with.
 */
import { setImmediate } from 'node:timers/promises';
import {
  depositRecordSchema,
  taskFeeRecordSchema,
  vestingRecordSchema,
  withdrawalRecordSchema,
} from '../../../protocol/wire/relay-account.ts';
import { RELAY_LISTS } from '../../networks/relay/relay-account.ts';
import type { MoneyRecord, MoneyRecords } from '../records/money-records.ts';
import { delegationIncomeRecordSchema } from './relay-posting.ts';

/** Wei; the effect of one or all records on the accounts at the relay. */
export interface RelaySums {
  readonly relay: bigint;
  readonly locked: bigint;
  readonly inTransit: bigint;
}

const NONE: RelaySums = { relay: 0n, locked: 0n, inTransit: 0n };

/** Null for a record that cannot be read. */
export function effectOf({ list, json }: Pick<MoneyRecord, 'list' | 'json'>): RelaySums | null {
  const value: unknown = JSON.parse(json);
  switch (list) {
    case 'taskFee': {
      const record = taskFeeRecordSchema.safeParse(value).data;
      if (record === undefined) return null;
      const { type, wei } = record;
      if (type === 'TaskPayment') return { ...NONE, relay: -wei };
      const isIncome = ['TaskIncome', 'UserDelegation', 'TaskRefund', 'DaoTaskShare', 'WithdrawFeeIncome'].includes(type);
      return { ...NONE, relay: isIncome ? wei : 0n };
    }
    case 'deposit': {
      const record = depositRecordSchema.safeParse(value).data;
      return record === undefined ? null : { ...NONE, relay: record.wei };
    }
    case 'withdrawal': {
      const record = withdrawalRecordSchema.safeParse(value).data;
      if (record === undefined) return null;
      const charged = record.wei + record.feeWei;
      if (record.status === 'failed') return NONE;
      return { ...NONE, relay: -charged, inTransit: record.status === 'pending' ? charged : 0n };
    }
    case 'vesting': {
      const record = vestingRecordSchema.safeParse(value).data;
      if (record === undefined) return null;
      return {
        ...NONE,
        relay: record.releasedWei,
        locked: record.slashed || record.status === 'deprecated' ? 0n : record.remainingWei,
      };
    }
    case 'delegationIncome':
      return { ...NONE, relay: delegationIncomeRecordSchema.safeParse(value).data?.totalWei ?? 0n };
    default:
      return NONE;
  }
}

/** Sum over all readable records; lets other work run in between. Nothing may write records meanwhile. */
export async function sumRecords(records: MoneyRecords): Promise<RelaySums> {
  let sums = NONE;
  for (const list of [...RELAY_LISTS, 'delegationIncome'] as const) {
    for (const page of records.pages(list)) {
      for (const row of page) {
        const { relay, locked, inTransit } = effectOf(row) ?? NONE;
        sums = { relay: sums.relay + relay, locked: sums.locked + locked, inTransit: sums.inTransit + inTransit };
      }
      await setImmediate();
    }
  }
  return sums;
}
