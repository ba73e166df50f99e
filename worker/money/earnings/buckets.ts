/** Days, weeks and months for reports: always UTC, weeks start on Monday. Pure. */
import type { Bucket } from '../../../contract/money.ts';
import { MoneyError } from '../errors.ts';
import { DAY_MS, dayOf } from '../ledger/totals.ts';

/** In days since the epoch: the first day of a bucket, and the first after it. */
export interface DayRange {
  readonly fromDay: number;
  readonly toDay: number;
}

/** More than any chart needs; a mistyped year must not produce a million rows. */
const MAX_BUCKETS = 1_500;
/** 1970-01-05, the first Monday. */
const FIRST_MONDAY = 4;

/** First day of the bucket that contains a day. */
export function bucketStart(bucket: Bucket, day: number): number {
  switch (bucket) {
    case 'day':
      return day;
    case 'week':
      return day - ((((day - FIRST_MONDAY) % 7) + 7) % 7);
    case 'month': {
      const date = new Date(day * DAY_MS);
      return dayOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1));
    }
  }
}

/** First day of the bucket after the one that starts on `start`. */
export function nextBucketStart(bucket: Bucket, start: number): number {
  if (bucket === 'day') return start + 1;
  return bucket === 'week' ? start + 7 : bucketStart('month', start + 31);
}

/**
 * All buckets that overlap a period, in full. `fromMs` is inclusive, `toMs` exclusive.
 * @throws MoneyError MONEY_BAD_RANGE
 */
export function bucketsOf(bucket: Bucket, { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): DayRange[] {
  if (!Number.isFinite(fromMs) || !Number.isFinite(toMs) || toMs <= fromMs) throw badRange('the range is empty');
  const ranges: DayRange[] = [];
  const end = toMs / DAY_MS;
  for (let fromDay = bucketStart(bucket, dayOf(fromMs)); fromDay < end; ) {
    const toDay = nextBucketStart(bucket, fromDay);
    if (ranges.push({ fromDay, toDay }) > MAX_BUCKETS) throw badRange(`the range has more than ${MAX_BUCKETS} ${bucket}s`);
    fromDay = toDay;
  }
  return ranges;
}

function badRange(why: string): MoneyError {
  return new MoneyError('MONEY_BAD_RANGE', why);
}
