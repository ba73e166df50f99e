/** Grouped earnings as series of a chart and as parts of a whole. Pure; amounts in wei. */
import type { z } from 'zod';
import type { earningsRowSchema } from '../../../contract/money.ts';

export type EarningsRow = z.output<typeof earningsRowSchema>;

export interface Part {
  /** Null = unknown, or everything if nothing is grouped. */
  readonly group: string | null;
  readonly earnedWei: bigint;
  readonly payments: number;
}

/** Largest first. */
export function partsOf(rows: readonly EarningsRow[]): readonly Part[] {
  const parts = new Map<string | null, { earnedWei: bigint; payments: number }>();
  for (const { group, earnedWei, payments } of rows) {
    const part = parts.get(group) ?? { earnedWei: 0n, payments: 0 };
    part.earnedWei += BigInt(earnedWei);
    part.payments += payments;
    parts.set(group, part);
  }
  return [...parts]
    .map(([group, part]) => ({ group, ...part }))
    .filter(({ earnedWei, payments }) => earnedWei !== 0n || payments > 0)
    .toSorted((a, b) => (a.earnedWei < b.earnedWei ? 1 : a.earnedWei > b.earnedWei ? -1 : 0));
}

export interface Series {
  /** `others`: all groups beyond the largest. */
  readonly key: string;
  readonly group: string | null;
  readonly others: boolean;
}

/** At most `most` series; the rest is combined into one of them. */
export function seriesOf(parts: readonly Part[], most: number): readonly Series[] {
  const own = (shown: readonly Part[]) => shown.map(({ group }, index) => ({ key: `s${index}`, group, others: false }));
  if (parts.length <= most) return own(parts);
  return [...own(parts.slice(0, most - 1)), { key: 'others', group: null, others: true }];
}

export interface Step {
  readonly startMs: number;
  readonly earnedWei: bigint;
  /** Keyed by the series' key. */
  readonly wei: Readonly<Record<string, bigint>>;
}

export function stepsOf(starts: readonly number[], rows: readonly EarningsRow[], series: readonly Series[]): readonly Step[] {
  const keyOf = new Map(series.filter(({ others }) => !others).map(({ group, key }) => [group, key]));
  return starts.map((startMs) => {
    const mine = rows.filter(({ fromMs }) => fromMs === startMs);
    const wei: Record<string, bigint> = {};
    for (const row of mine) {
      const key = keyOf.get(row.group) ?? 'others';
      wei[key] = (wei[key] ?? 0n) + BigInt(row.earnedWei);
    }
    return { startMs, wei, earnedWei: mine.reduce((sum, row) => sum + BigInt(row.earnedWei), 0n) };
  });
}

/** Percent with one decimal, computed in whole tenths so that no float touches an amount. */
export function shareText(part: bigint, whole: bigint): string {
  if (whole <= 0n) return '—';
  const tenths = (part * 1_000n + whole / 2n) / whole;
  return `${tenths / 10n}.${tenths % 10n} %`;
}
