import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUCKETS, GROUPINGS } from '../../../contract/money.ts';
import { COST_KINDS, EARNED_KINDS, entryOf, isOwnAccount, type LedgerEntry, type LedgerKind } from '../ledger/entry.ts';
import { DAY_MS, dayOf } from '../ledger/totals.ts';
import { anyEntry, openLedger, payment } from '../testing/ledger.ts';
import { bucketStart, bucketsOf, nextBucketStart } from './buckets.ts';
import { earningsByGroup, earningsByTime, earningsSummary } from './earnings.ts';

const day = (text: string) => dayOf(Date.parse(`${text}T00:00:00Z`));
const ms = (text: string) => Date.parse(`${text}Z`);

describe('buckets', () => {
  it('are UTC days, weeks from Monday and calendar months', () => {
    expect(bucketStart('week', day('2026-01-01'))).toBe(day('2025-12-29'));
    expect(bucketStart('week', day('2025-12-29'))).toBe(day('2025-12-29'));
    expect(bucketStart('week', day('2025-12-28'))).toBe(day('2025-12-22'));
    expect(bucketStart('week', day('1969-12-31'))).toBe(day('1969-12-29'));
    expect(bucketStart('month', day('2024-02-29'))).toBe(day('2024-02-01'));
    expect(nextBucketStart('month', day('2024-02-01'))).toBe(day('2024-03-01'));
    expect(nextBucketStart('month', day('2026-12-01'))).toBe(day('2027-01-01'));
    expect(bucketsOf('month', { fromMs: ms('2026-01-31T23:59:59'), toMs: ms('2026-03-01T00:00:00') })).toEqual([
      { fromDay: day('2026-01-01'), toDay: day('2026-02-01') },
      { fromDay: day('2026-02-01'), toDay: day('2026-03-01') },
    ]);
  });

  it('are consecutive without gap or overlap, and contain every day once', () => {
    const anyDay = fc.integer({ min: -40_000, max: 60_000 });
    fc.assert(
      fc.property(fc.constantFrom(...BUCKETS), anyDay, (bucket, some) => {
        const start = bucketStart(bucket, some);
        const next = nextBucketStart(bucket, start);
        expect(start <= some && some < next).toBe(true);
        expect(bucketStart(bucket, start)).toBe(start);
        expect(bucketStart(bucket, next)).toBe(next);
        expect(bucketStart(bucket, next - 1)).toBe(start);
      }),
    );
  });

  it.each([
    [1, 1],
    [2, 1],
    [Number.NaN, 1],
    [0, 8.64e15],
  ])('reject the range %s to %s', (fromMs, toMs) => {
    expect(() => bucketsOf('day', { fromMs, toMs })).toThrow(expect.objectContaining({ code: 'MONEY_BAD_RANGE' }));
  });
});

describe('sums', () => {
  const at = ms('2026-03-10T12:00:00');
  const task = (known: Partial<LedgerEntry>) => payment({ atMs: at, ...known });
  const labels = { taskType: 'Llm', model: 'base:a', gpu: 'G' } as const;
  const ledger = openLedger();
  ledger.record(
    [
      task({ source: 'a', wei: 100n, labels }),
      task({ source: 'b', wei: 20n, kind: 'refundShare', labels: { ...labels, model: 'base:b' } }),
      task({ source: 'c', wei: 3n, atMs: at - 6 * DAY_MS }),
      task({ source: 'd', wei: 4n, kind: 'delegation', atMs: at - 7 * DAY_MS }),
      entryOf({ source: 'e', kind: 'emission', from: 'network', to: 'locked', wei: 50n, atMs: at - 29 * DAY_MS }),
      entryOf({ source: 'f', kind: 'vestingRelease', from: 'locked', to: 'relay', wei: 10n, atMs: at }),
      entryOf({ source: 'g', kind: 'gas', from: 'wallet', to: 'gas', wei: 1n, atMs: at }),
      entryOf({ source: 'h', kind: 'withdrawalFee', from: 'relay', to: 'inTransit', wei: 2n, atMs: at }),
      entryOf({ source: 'i', kind: 'withdrawalFee', from: 'inTransit', to: 'network', wei: 2n, atMs: at }),
      entryOf({ source: 'j', kind: 'slash', from: 'stake', to: 'slashed', wei: 400n, atMs: at - 40 * DAY_MS }),
      entryOf({ source: 'k', kind: 'stake', from: 'wallet', to: 'stake', wei: 400n, atMs: at }),
    ],
    at,
  );

  it('for today, 7 and 30 days and all time: earned, costs and net, without movements between own accounts', () => {
    const summary = earningsSummary(ledger.totals, at);
    expect(summary.today).toEqual({
      tasksWei: 120n,
      delegationWei: 0n,
      emissionWei: 0n,
      earnedWei: 120n,
      gasWei: 1n,
      withdrawalFeesWei: 2n,
      slashedWei: 0n,
      netWei: 117n,
      payments: 2,
    });
    expect(summary.last7Days).toMatchObject({ earnedWei: 123n, payments: 3 });
    expect(summary.last30Days).toMatchObject({ earnedWei: 177n, delegationWei: 4n, emissionWei: 50n });
    expect(summary.total).toMatchObject({ earnedWei: 177n, slashedWei: 400n, netWei: 177n - 1n - 2n - 400n });
    expect(earningsSummary(ledger.totals, ms('2026-03-11T00:00:00')).today.earnedWei).toBe(0n);
  });

  it('by group, largest first', () => {
    const days = { fromDay: dayOf(at), toDay: dayOf(at) + 1 };
    expect(earningsByGroup(ledger.totals, 'model', days).map(({ group, earnedWei }) => [group, earnedWei])).toEqual([
      ['base:a', 100n],
      ['base:b', 20n],
      [null, 0n],
    ]);
  });

  it('over time, with zeros for empty buckets', () => {
    const rows = earningsByTime(ledger.totals, { bucket: 'day', by: 'none', fromMs: at - 7 * DAY_MS, toMs: at + 1 });
    expect(rows.map(({ earnedWei }) => earnedWei)).toEqual([4n, 3n, 0n, 0n, 0n, 0n, 0n, 120n]);
  });

  it('are the same for any buckets, and equal the sum of the entries', () => {
    const range = { fromMs: Date.UTC(2026, 0, 1), toMs: Date.UTC(2026, 2, 2) };
    const [earned, costs]: (readonly LedgerKind[])[] = [EARNED_KINDS, COST_KINDS];
    fc.assert(
      fc.property(
        fc.uniqueArray(anyEntry, { selector: ({ source }) => source, maxLength: 40 }),
        fc.constantFrom(...BUCKETS),
        fc.constantFrom(...GROUPINGS),
        (entries, bucket, by) => {
          const some = openLedger();
          some.record(entries, 0);
          const sum = (kinds: readonly LedgerKind[] | undefined) =>
            entries
              .filter(({ kind }) => kinds?.includes(kind))
              .reduce((total, { from, to, wei }) => total + (isOwnAccount(to) ? wei : 0n) - (isOwnAccount(from) ? wei : 0n), 0n);
          const rows = earningsByTime(some.totals, { bucket, by, ...range });
          const total = (pick: (row: (typeof rows)[number]) => bigint) => rows.reduce((all, row) => all + pick(row), 0n);
          expect(total(({ earnedWei }) => earnedWei)).toBe(sum(earned));
          expect(total(({ netWei }) => netWei)).toBe(sum(earned) + sum(costs));
          expect(earningsSummary(some.totals, range.toMs).total.netWei).toBe(total(({ netWei }) => netWei));
        },
      ),
      { numRuns: 60 },
    );
  });
});
