import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openNodeDatabase } from '../../store/migrations.ts';
import { commitmentOf } from '../../testing/remote-task.ts';
import { tempDir } from '../../testing/temp-dir.ts';
import { anyEntry, anyHistory, openLedger, payment } from '../testing/ledger.ts';
import { entryOf, isOwnAccount, type LedgerEntry, OWN_ACCOUNTS } from './entry.ts';
import { Ledger } from './ledger.ts';
import { DAY_MS, dayOf } from './totals.ts';

const NOW = Date.UTC(2026, 5, 1);

function balances(ledger: Ledger) {
  return Object.fromEntries(OWN_ACCOUNTS.map((account) => [account, ledger.balanceWei(account)]));
}

/** Computed without the ledger. */
function sumsOf(entries: readonly LedgerEntry[]) {
  const sums: Record<string, bigint> = Object.fromEntries(OWN_ACCOUNTS.map((account) => [account, 0n]));
  for (const { from, to, wei } of entries) {
    if (isOwnAccount(from)) sums[from] = (sums[from] ?? 0n) - wei;
    if (isOwnAccount(to)) sums[to] = (sums[to] ?? 0n) + wei;
  }
  return sums;
}

describe('recording', () => {
  it('moves money from one account to another, exactly, beyond 64 bits', () => {
    const ledger = openLedger();
    const wei = 2n ** 80n + 1n;
    ledger.record([payment({ wei }), payment({ source: 'relay:0-2', wei })], NOW);
    expect(ledger.balanceWei('relay')).toBe(2n * wei);
    expect(ledger.find('relay:0-2')).toMatchObject({ wei, from: 'network', to: 'relay', observedMs: NOW });
  });

  it('writes a movement between own accounts as one entry with two sides', () => {
    const ledger = openLedger();
    ledger.record([entryOf({ source: 's', kind: 'stake', from: 'wallet', to: 'stake', wei: 400n, atMs: NOW })], NOW);
    expect(balances(ledger)).toMatchObject({ wallet: -400n, stake: 400n });
  });

  it('rejects a whole batch with a movement that the chart of accounts does not know', () => {
    const ledger = openLedger();
    const stray = { ...payment({ source: 'x' }), to: 'stake' as const };
    expect(() => ledger.record([payment({}), stray], NOW)).toThrow(expect.objectContaining({ code: 'MONEY_BAD_ENTRY' }));
    expect(() => ledger.record([payment({ wei: -1n })], NOW)).toThrow(expect.objectContaining({ code: 'MONEY_BAD_ENTRY' }));
    expect(ledger.count()).toBe(0);
    expect(ledger.balanceWei('relay')).toBe(0n);
  });

  it('stores a contradiction as an alarm, once, and counts the first report', () => {
    const ledger = openLedger();
    ledger.record([payment({ wei: 5n })], NOW);
    const [recording] = ledger.record([payment({ wei: 6n })], NOW + 1);
    expect(recording).toMatchObject({ kind: 'conflict', error: { code: 'MONEY_LEDGER_CONFLICT' } });
    ledger.record([payment({ wei: 6n }), payment({ wei: 5n })], NOW + 2);
    expect(ledger.balanceWei('relay')).toBe(5n);
    expect(ledger.conflicts()).toMatchObject([{ source: 'relay:0-1', offered: { wei: 6n }, recorded: { wei: 5n } }]);
  });

  it('does not treat a repetition with different labels or times as a contradiction', () => {
    const ledger = openLedger();
    ledger.record([payment({})], NOW);
    const again = payment({ atMs: NOW + 5, labels: { taskType: 'Llm', model: 'm', gpu: 'g' } });
    expect(ledger.record([again], NOW)).toEqual([{ kind: 'known' }]);
    ledger.totals.audit();
  });

  it('cannot be changed through any other connection', () => {
    const path = join(tempDir(), 'node.sqlite');
    const db = openNodeDatabase(path);
    onTestFinished(() => db.close());
    new Ledger(db).record([payment({})], NOW);
    for (const sql of [
      "UPDATE ledger_entries SET wei = '1'",
      'DELETE FROM ledger_entries',
      `INSERT OR REPLACE INTO ledger_entries (source, kind, from_account, to_account, wei, at_ms, observed_ms)
        VALUES ('relay:0-1', 'taskPayment', 'network', 'relay', '1', 1, 1)`,
    ]) {
      expect(() => db.exec(sql)).toThrow('insert-only');
    }
    for (const wei of ['-1', '01', '1.5', '', '1e3', ' 1']) {
      const insert = db.prepare(`INSERT INTO ledger_entries (source, kind, from_account, to_account, wei, at_ms, observed_ms)
        VALUES ('x', 'taskPayment', 'network', 'relay', ?, 1, 1)`);
      expect(() => insert.run(wei)).toThrow('CHECK');
    }
  });

  it('finds wrong totals and rebuilds them', () => {
    const path = join(tempDir(), 'node.sqlite');
    const db = openNodeDatabase(path);
    onTestFinished(() => db.close());
    const ledger = new Ledger(db);
    ledger.record([payment({ wei: 5n })], NOW);
    expect(ledger.repairTotals()).toBeNull();
    ledger.totals.audit();
    db.exec("UPDATE ledger_totals SET wei = '6'");
    expect(() => ledger.totals.audit()).toThrow(expect.objectContaining({ code: 'MONEY_TOTALS_BROKEN' }));
    db.exec('DELETE FROM ledger_totals');
    expect(() => ledger.totals.audit()).toThrow(expect.objectContaining({ code: 'MONEY_TOTALS_BROKEN' }));
    expect(ledger.repairTotals()).toMatchObject({ code: 'MONEY_TOTALS_BROKEN' });
    expect(ledger.balanceWei('relay')).toBe(5n);
    expect(ledger.repairTotals()).toBeNull();
  });
});

describe('properties', () => {
  it('counts an event once, whatever the order, repetitions and batches', () => {
    fc.assert(
      fc.property(anyHistory(), ({ entries, tellings }) => {
        const once = openLedger();
        once.record(entries, NOW);
        const often = openLedger();
        for (const batch of tellings) often.record(batch, NOW);
        expect(balances(often)).toEqual(balances(once));
        expect(often.totals.select()).toEqual(once.totals.select());
        expect(often.count()).toBe(entries.length);
        expect(often.conflicts()).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('conserves money: the balances of own accounts equal what came from others minus what went to them', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyEntry, { selector: ({ source }) => source, maxLength: 60 }), (entries) => {
        const ledger = openLedger();
        ledger.record(entries, NOW);
        expect(balances(ledger)).toEqual(sumsOf(entries));
        const crossed = entries.reduce(
          (sum, { from, to, wei }) => sum + (isOwnAccount(from) ? 0n : wei) - (isOwnAccount(to) ? 0n : wei),
          0n,
        );
        const held = Object.values(balances(ledger)).reduce((sum, wei) => sum + wei, 0n);
        expect(held).toBe(crossed);
        ledger.totals.audit();
        const rows = ledger.totals.select();
        ledger.totals.rebuild();
        expect(ledger.totals.select()).toEqual(rows);
      }),
      { numRuns: 60 },
    );
  });

  it('counts contradicting reports as the first one, whatever the order of the others', () => {
    fc.assert(
      fc.property(anyEntry, fc.array(fc.bigInt({ min: 0n, max: 99n }), { minLength: 1, maxLength: 8 }), (entry, amounts) => {
        const ledger = openLedger();
        ledger.record([entry], NOW);
        const before = balances(ledger);
        for (const wei of amounts) ledger.record([{ ...entry, wei }], NOW);
        expect(balances(ledger)).toEqual(before);
        expect(ledger.conflicts().length).toBe(new Set(amounts.filter((wei) => wei !== entry.wei)).size);
      }),
      { numRuns: 40 },
    );
  });
});

describe('pages', () => {
  it('include every entry once in both directions, ordered by time, then by recording', () => {
    const ledger = openLedger();
    const times = [5, 3, 3, 9, 1, 3, 7];
    ledger.record(
      times.map((atMs, i) => payment({ source: `p${i}`, atMs })),
      NOW,
    );
    const walk = (order: 'newestFirst' | 'oldestFirst') => {
      const found: string[] = [];
      for (let after: number | null = null; ; ) {
        const page = ledger.page({ limit: 2, after, order });
        if (page.length === 0) return found;
        found.push(...page.map(({ source }) => source));
        after = page.at(-1)?.id ?? null;
      }
    };
    expect(walk('oldestFirst')).toEqual(['p4', 'p1', 'p2', 'p5', 'p0', 'p6', 'p3']);
    expect(walk('newestFirst')).toEqual(walk('oldestFirst').reverse());
  });

  it('filter by account, kind, time and task', () => {
    const ledger = openLedger();
    ledger.record(
      [
        payment({ source: 'a', atMs: 10, task: commitmentOf(1) }),
        entryOf({ source: 'b', kind: 'gas', from: 'wallet', to: 'gas', wei: 1n, atMs: 20 }),
        entryOf({ source: 'c', kind: 'stake', from: 'wallet', to: 'stake', wei: 1n, atMs: 30 }),
      ],
      NOW,
    );
    const sources = (query: Partial<Parameters<Ledger['page']>[0]>) =>
      ledger.page({ limit: 9, after: null, order: 'oldestFirst', ...query }).map(({ source }) => source);
    expect(sources({ account: 'wallet' })).toEqual(['b', 'c']);
    expect(sources({ kinds: ['gas', 'taskPayment'] })).toEqual(['a', 'b']);
    expect(sources({ fromMs: 20, toMs: 30 })).toEqual(['b']);
    expect(ledger.ofTask(commitmentOf(1)).map(({ source }) => source)).toEqual(['a']);
  });
});

describe('size', () => {
  it('computes sums from rows whose number depends on days and labels, not on entries', () => {
    const ledger = openLedger();
    const days = 30;
    const models = ['base:a', 'base:b', 'base:c'];
    const entries = Array.from({ length: 20_000 }, (_, i) =>
      payment({
        source: `relay:0-${i}`,
        wei: BigInt(i),
        atMs: NOW + (i % days) * DAY_MS,
        labels: { taskType: 'Llm', model: models[i % models.length] ?? null, gpu: 'GPU+Linux' },
      }),
    );
    ledger.record(entries, NOW);
    expect(ledger.totals.select().length).toBeLessThanOrEqual(days * models.length);
    expect(ledger.balanceWei('relay')).toBe((20_000n * 19_999n) / 2n);
    const oneDay = dayOf(NOW);
    expect(ledger.totals.select({ fromDay: oneDay, toDay: oneDay }).length).toBeLessThanOrEqual(models.length);
  });
});
