/**
 * Records of the relay that still change: a withdrawal until it is paid or returned, an emission until all of it is
 * released.
 */
import { vestingRecordSchema, withdrawalRecordSchema } from '../../../protocol/wire/relay-account.ts';
import type { RelayList } from '../../networks/relay/relay-account.ts';
import type { MoneyRecord, MoneyRecords } from '../records/money-records.ts';

/** Keys of the list's records that must be read again. */
export function unfinishedKeys(records: MoneyRecords, list: RelayList): ReadonlySet<string> {
  if (list === 'taskFee' || list === 'deposit') return new Set();
  const isOpen = list === 'withdrawal' ? isPending : isVesting;
  return new Set(
    records
      .all(list)
      .filter(isOpen)
      .map(({ key }) => key),
  );
}

function isPending({ json }: MoneyRecord): boolean {
  return withdrawalRecordSchema.safeParse(JSON.parse(json)).data?.status === 'pending';
}

function isVesting({ json }: MoneyRecord): boolean {
  const vesting = vestingRecordSchema.safeParse(JSON.parse(json)).data;
  if (vesting === undefined || vesting.status === 'deprecated') return false;
  return vesting.slashed || vesting.releasedWei < vesting.totalWei;
}
