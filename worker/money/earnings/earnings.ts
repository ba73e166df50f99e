/** What the node earned and what it cost, from the ledger's running totals. */
import type { Bucket, Grouping } from '../../../contract/money.ts';
import { COST_KINDS, EARNED_KINDS, type LedgerKind, TASK_KINDS } from '../ledger/entry.ts';
import type { LedgerTotal } from '../ledger/rows.ts';
import { DAY_MS, dayOf, type Totals } from '../ledger/totals.ts';
import { bucketStart, bucketsOf, type DayRange } from './buckets.ts';

/** Wei. Emissions count in full when they are granted, although they are released gradually. */
export interface EarningsSums {
  readonly tasksWei: bigint;
  readonly delegationWei: bigint;
  readonly emissionWei: bigint;
  /** The sum of the three above. */
  readonly earnedWei: bigint;
  readonly gasWei: bigint;
  readonly withdrawalFeesWei: bigint;
  readonly slashedWei: bigint;
  /** Earnings minus costs. */
  readonly netWei: bigint;
  /** Number of entries with earnings. */
  readonly payments: number;
}

export interface EarningsRow extends EarningsSums {
  readonly fromMs: number;
  readonly toMs: number;
  /** Value of the grouping; null = unknown, or no grouping. */
  readonly group: string | null;
}

const REPORTED: readonly LedgerKind[] = [...EARNED_KINDS, ...COST_KINDS];

/**
 * Sums per bucket and group. An empty bucket has zeros under the group null.
 * @throws MoneyError MONEY_BAD_RANGE
 */
export function earningsByTime(
  totals: Totals,
  query: { readonly bucket: Bucket; readonly by: Grouping; readonly fromMs: number; readonly toMs: number },
): EarningsRow[] {
  const buckets = bucketsOf(query.bucket, query);
  const [first, last] = [buckets[0]?.fromDay ?? 0, (buckets.at(-1)?.toDay ?? 0) - 1];
  const rows = totals.select({ kinds: REPORTED, fromDay: first, toDay: last });
  const byStart = Map.groupBy(rows, ({ day }) => bucketStart(query.bucket, day));
  return buckets.flatMap((days) => rowsOf(days, byStart.get(days.fromDay) ?? [], query.by));
}

/** Sums over a period of whole UTC days per group, largest first. */
export function earningsByGroup(totals: Totals, by: Grouping, days: DayRange): EarningsRow[] {
  const rows = totals.select({ kinds: REPORTED, fromDay: days.fromDay, toDay: days.toDay - 1 });
  return rowsOf(days, rows, by).sort((a, b) => (a.earnedWei < b.earnedWei ? 1 : a.earnedWei > b.earnedWei ? -1 : 0));
}

export interface EarningsSummary {
  /** Since UTC midnight. */
  readonly today: EarningsSums;
  /** Over 7 and 30 UTC days including today. */
  readonly last7Days: EarningsSums;
  readonly last30Days: EarningsSums;
  readonly total: EarningsSums;
}

export function earningsSummary(totals: Totals, nowMs: number): EarningsSummary {
  const rows = totals.select({ kinds: REPORTED });
  const today = dayOf(nowMs);
  const since = (days: number) => sumUp(rows.filter(({ day }) => day > today - days && day <= today));
  return { today: since(1), last7Days: since(7), last30Days: since(30), total: sumUp(rows) };
}

function rowsOf(days: DayRange, rows: readonly LedgerTotal[], by: Grouping): EarningsRow[] {
  const span = { fromMs: days.fromDay * DAY_MS, toMs: days.toDay * DAY_MS };
  if (rows.length === 0) return [{ ...span, group: null, ...sumUp([]) }];
  const groups = Map.groupBy(rows, (row) => groupOf(row, by));
  return [...groups].map(([group, members]) => ({ ...span, group, ...sumUp(members) }));
}

function groupOf({ kind, labels }: LedgerTotal, by: Grouping): string | null {
  switch (by) {
    case 'none':
      return null;
    case 'kind':
      return kind;
    default:
      return labels[by];
  }
}

/** Sums over all own accounts: movements between them cancel out, which leaves what came from or went to others. */
function sumUp(rows: readonly LedgerTotal[]): EarningsSums {
  const sumOf = (...kinds: readonly LedgerKind[]) =>
    rows.reduce((sum, { kind, wei }) => (kinds.includes(kind) ? sum + wei : sum), 0n);
  const earned: readonly LedgerKind[] = EARNED_KINDS;
  const [tasksWei, delegationWei, emissionWei] = [sumOf(...TASK_KINDS), sumOf('delegation'), sumOf('emission')];
  const [gasWei, withdrawalFeesWei, slashedWei] = [-sumOf('gas'), -sumOf('withdrawalFee'), -sumOf('slash')];
  const earnedWei = tasksWei + delegationWei + emissionWei;
  return {
    tasksWei,
    delegationWei,
    emissionWei,
    earnedWei,
    gasWei,
    withdrawalFeesWei,
    slashedWei,
    netWei: earnedWei - gasWei - withdrawalFeesWei - slashedWei,
    payments: rows.reduce((sum, { kind, entries }) => (earned.includes(kind) ? sum + entries : sum), 0),
  };
}
