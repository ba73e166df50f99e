import { describe, expect, it } from 'vitest';
import { weekTrend } from './net-trend.ts';

const DAY = 86_400_000;
const NOW = 100 * DAY + 5_000;
/** The net of the day that many days ago. */
const day = (ago: number, net: bigint) => ({ fromMs: (100 - ago) * DAY, netWei: String(net) });

describe('the weekly trend', () => {
  it('compares 7 days, including today, with the 7 before', () => {
    expect(weekTrend([day(0, 60n), day(6, 60n), day(7, 50n), day(13, 50n)], NOW)).toEqual({ kind: 'up', percent: 20 });
    expect(weekTrend([day(0, 40n), day(7, 100n)], NOW)).toEqual({ kind: 'down', percent: 60 });
    expect(weekTrend([day(3, 5n), day(9, 5n)], NOW)).toEqual({ kind: 'same', percent: 0 });
    // Days before both weeks count in neither.
    expect(weekTrend([day(0, 1n), day(14, 9n)], NOW)).toEqual({ kind: 'up', percent: null });
  });

  it('gives no percentage of a loss or of nothing', () => {
    expect(weekTrend([day(0, 10n), day(8, -400n)], NOW)).toEqual({ kind: 'up', percent: null });
    expect(weekTrend([day(0, -400n), day(8, 20n)], NOW)).toEqual({ kind: 'down', percent: null });
    expect(weekTrend([], NOW)).toEqual({ kind: 'same', percent: null });
  });
});
