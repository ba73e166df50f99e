/** What is left of the earnings, and whether it is more or less than before. Pure; wei. */
import type { EarningsSumsView } from '../../../contract/money.ts';

export interface Trend {
  readonly kind: 'up' | 'down' | 'same';
  /** Of what it was before, in whole percent; null = one of the weeks brought nothing, or a loss. */
  readonly percent: number | null;
}

export interface DayNet {
  readonly fromMs: number;
  readonly netWei: string;
}

const DAY = 86_400_000;
const WEEK = 7;

/** The last 7 UTC days, today among them, against the 7 before. */
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
  // Of nothing, or of a loss, no percent says anything.
  if (before <= 0n || now < 0n) return { kind, percent: null };
  const change = now > before ? now - before : before - now;
  return { kind, percent: Number((change * 100n) / before) };
}

export interface Deductions {
  readonly gasWei: bigint;
  readonly feesWei: bigint;
  readonly slashedWei: bigint;
}

/** What stands between earned and net. */
export function deductionsOf(sums: EarningsSumsView): Deductions {
  return { gasWei: BigInt(sums.gasWei), feesWei: BigInt(sums.withdrawalFeesWei), slashedWei: BigInt(sums.slashedWei) };
}
