import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerEntryView } from '../../../contract/money.ts';
import { bucketsOf } from '../../../worker/money/earnings/buckets.ts';
import { chartSteps } from './chart-steps.ts';
import { entriesQuery, signedWei } from './ledger-filter.ts';
import { type EarningsRow, partsOf, seriesOf, shareText, stepsOf } from './split.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 1, 28, 22, 15);

describe('the intervals of the chart', () => {
  it.each([
    ['day', '2026-01-30', '2026-02-28', '2026-03-01'],
    ['week', '2025-09-01', '2026-02-23', '2026-03-02'],
    ['month', '2025-03-01', '2026-02-01', '2026-03-01'],
  ] as const)('by %s', (bucket, first, last, end) => {
    const { starts, toMs } = chartSteps(bucket, NOW);
    const day = (atMs: number | undefined) => new Date(atMs ?? 0).toISOString().slice(0, 10);
    expect([day(starts[0]), day(starts.at(-1)), day(toMs)]).toEqual([first, last, end]);
  });

  it('match those of the ledger at any time', () => {
    const times = fc.record({ nowMs: fc.integer({ min: 0, max: 4e12 }), bucket: fc.constantFrom('day', 'week', 'month') });
    fc.assert(
      fc.property(times, ({ nowMs, bucket }) => {
        const { starts, toMs } = chartSteps(bucket, nowMs);
        const counted = bucketsOf(bucket, { fromMs: starts[0] ?? 0, toMs });
        expect(starts).toEqual(counted.map(({ fromDay }) => fromDay * DAY));
        expect((starts.at(-1) ?? 0) <= nowMs && nowMs < toMs).toBe(true);
      }),
    );
  });
});

const row = (group: string | null, fromMs: number, earned: number): EarningsRow => {
  const zero = { tasksWei: '0', delegationWei: '0', emissionWei: '0', gasWei: '0', withdrawalFeesWei: '0', slashedWei: '0' };
  return { ...zero, group, fromMs, toMs: fromMs + DAY, earnedWei: String(earned), netWei: '0', payments: earned > 0 ? 1 : 0 };
};

describe('a split', () => {
  const rows = [row('a', 0, 10), row('b', 0, 30), row('c', 0, 20), row('a', DAY, 15), row(null, DAY, 1), row('gas', DAY, 0)];

  it('sums groups, largest first, without those that earned nothing', () => {
    expect(partsOf(rows).map(({ group, earnedWei }) => [group, earnedWei])).toEqual([
      ['b', 30n],
      ['a', 25n],
      ['c', 20n],
      [null, 1n],
    ]);
    expect([shareText(30n, 76n), shareText(1n, 3n), shareText(0n, 0n)]).toEqual(['39.5 %', '33.3 %', '—']);
  });

  it('combines what does not fit into one series, and loses nothing', () => {
    const series = seriesOf(partsOf(rows), 3);
    expect(series.map(({ group, others }) => (others ? 'others' : group))).toEqual(['b', 'a', 'others']);
    const steps = stepsOf([0, DAY], rows, series);
    expect(steps.map(({ wei }) => wei)).toEqual([
      { s1: 10n, s0: 30n, others: 20n },
      { s1: 15n, others: 1n },
    ]);
    expect(steps.map(({ earnedWei }) => earnedWei)).toEqual([60n, 16n]);
  });
});

describe('the ledger', () => {
  it('requests whole UTC days and sets of kinds', () => {
    const page = { limit: 25, after: 7, nowMs: NOW };
    expect(entriesQuery({ account: 'all', kind: 'all', period: 'all' }, page)).toEqual({ limit: 25, after: 7 });
    expect(entriesQuery({ account: 'wallet', kind: 'costs', period: 'week' }, page)).toEqual({
      ...{ limit: 25, after: 7, account: 'wallet', kinds: ['gas', 'withdrawalFee', 'slash'] },
      fromMs: Date.UTC(2026, 1, 22),
    });
  });

  it('signs an amount from the selected account’s point of view', () => {
    const entry = (from: LedgerEntryView['from'], to: LedgerEntryView['to']) => ({ wei: '5', from, to }) as LedgerEntryView;
    expect(signedWei(entry('network', 'relay'), 'all')).toEqual({ wei: 5n, isInternal: false });
    expect(signedWei(entry('wallet', 'gas'), 'all')).toEqual({ wei: -5n, isInternal: false });
    expect(signedWei(entry('wallet', 'stake'), 'all')).toEqual({ wei: 5n, isInternal: true });
    expect(signedWei(entry('wallet', 'stake'), 'wallet')).toEqual({ wei: -5n, isInternal: false });
    expect(signedWei(entry('wallet', 'stake'), 'stake')).toEqual({ wei: 5n, isInternal: false });
  });
});
