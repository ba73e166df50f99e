/** Net earnings, and how they compare with the week before. Pure; wei. */
import type { EarningsSumsView } from '../../../contract/money.ts';

export interface Trend {
  readonly kind: 'up' | 'down' | 'same';
  /** Relative to the week before, in whole percent; null if either week had no earnings or a loss. */
  readonly percent: number | null;
}

export interface DayNet {
  readonly fromMs: number;
  readonly netWei: string;
}

const DAY = 86_400_000;
const WEEK = 7;

/** The last 7 UTC days, including today, compared with the 7 before. */
export function weekTrend(days: readonly DayNet[], nowMs: number): Trend {
  const today = Math.floor(nowMs / DAY);
  const sum = (from: number, to: number) =>
    days.reduce((all, { fromMs, netWei }) => {
      const day = Math.floor(fromMs / DAY);
      return day > from && day <= to ? all + BigInt(netWei) : all;
    }, 0n);
  const now = sum(today - WEEK, today);
  const before = sum(today - 2 * WEEK, today - WEEK);
  const kind = now > before ? 'up' : now < before ? 'down' : 'same';
  // A percentage of nothing, or of a loss, is meaningless.
  if (before <= 0n || now < 0n) return { kind, percent: null };
  const change = now > before ? now - before : before - now;
  return { kind, percent: Number((change * 100n) / before) };
}

export interface Deductions {
  readonly gasWei: bigint;
  readonly feesWei: bigint;
  readonly slashedWei: bigint;
}

/** The difference between earned and net. */
export function deductionsOf(sums: EarningsSumsView): Deductions {
  return { gasWei: BigInt(sums.gasWei), feesWei: BigInt(sums.withdrawalFeesWei), slashedWei: BigInt(sums.slashedWei) };
}
