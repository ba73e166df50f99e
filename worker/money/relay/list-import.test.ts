import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAGE_SIZE, type RecordPage } from '../../networks/relay/relay-account.ts';
import { Cursors } from '../records/cursors.ts';
import { MoneyRecords } from '../records/money-records.ts';
import { memoryDatabase } from '../testing/ledger.ts';
import { importList, type ListState } from './list-import.ts';

/** A list that grows while it is read; its pages have `PAGE_SIZE` rows, like the relay's. */
function fakeList(order: 'newestFirst' | 'oldestFirst') {
  const ids: number[] = [];
  let served = 0;
  return {
    ids,
    add(count: number) {
      for (let i = 0; i < count; i++) ids.push(ids.length + 1);
    },
    requests: () => served,
    async page(_list: string, page: number): Promise<RecordPage> {
      served++;
      const all = order === 'newestFirst' ? ids.toReversed() : ids;
      return { total: ids.length, rows: all.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE).map((id) => ({ id })) };
    },
  };
}

function importer(account: { page(list: string, page: number): Promise<RecordPage | null> }) {
  const db = memoryDatabase();
  const [records, cursors] = [new MoneyRecords(db), new Cursors(db)];
  const gone: string[] = [];
  const run = (pageBudget: number, refresh?: ReadonlySet<string>): Promise<ListState> =>
    importList({
      account,
      records,
      cursors,
      list: 'deposit',
      nowMs: 0,
      pageBudget,
      onGone: (keys) => gone.push(...keys),
      ...(refresh === undefined ? {} : { refresh }),
    });
  return { records, gone, run };
}

describe('importList', () => {
  it('reads everything, in either order, despite growth and interruptions between runs', async () => {
    const steps = fc.array(fc.record({ grow: fc.integer({ min: 0, max: 250 }), pages: fc.integer({ min: 1, max: 4 }) }), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('newestFirst' as const, 'oldestFirst' as const), steps, async (order, plan) => {
        const list = fakeList(order);
        const { records, run } = importer(list);
        for (const { grow, pages } of plan) {
          list.add(grow);
          const before = list.requests();
          await run(pages);
          expect(list.requests() - before).toBeLessThanOrEqual(pages);
        }
        // Repeated runs with a limited budget must finish.
        let state = await run(3);
        for (let i = 0; i < 20 && state.kind !== 'complete'; i++) state = await run(3);
        expect(state).toEqual({ kind: 'complete', total: list.ids.length, held: list.ids.length });
        expect(records.all('deposit').map(({ position }) => position)).toEqual(list.ids);
      }),
      { numRuns: 150 },
    );
  });

  it('reads one page if nothing is new', async () => {
    const list = fakeList('newestFirst');
    list.add(950);
    const { run } = importer(list);
    await run(100);
    const before = list.requests();
    expect(await run(100)).toMatchObject({ kind: 'complete' });
    expect(list.requests() - before).toBe(1);
  });

  it('reports a record as gone only if the list did not change while it was read', async () => {
    const list = fakeList('oldestFirst');
    list.add(150);
    let drops: number | null = null;
    const { gone, run } = importer({
      page(name, page) {
        const answer = list.page(name, page);
        // Another record disappears after the first page, so the next one moves to a page that was already read.
        if (page === 1 && drops !== null) list.ids.splice(list.ids.indexOf(drops), 1);
        drops = null;
        return answer;
      },
    });
    await run(100);
    drops = 5;
    await run(2, new Set(['101']));
    expect(gone).toEqual([]);
    await run(2, new Set(['101']));
    expect(gone).toEqual([]);
    list.ids.splice(list.ids.indexOf(101), 1);
    await run(2, new Set(['101']));
    expect(gone).toEqual(['101']);
  });

  it('does not hang if a relay returns the same page forever, and reports what is missing', async () => {
    const rows = Array.from({ length: PAGE_SIZE }, (_, id) => ({ id: id + 1 }));
    const { run } = importer({ page: async () => ({ total: 1_000, rows }) });
    expect(await run(30)).toEqual({ kind: 'partial', total: 1_000, held: PAGE_SIZE });
  });

  it('reads everything new from a relay that drops old records', async () => {
    const list = fakeList('newestFirst');
    list.add(300);
    const { records, run } = importer(list);
    await run(100);
    list.add(150);
    list.ids.splice(0, 250);
    expect(await run(100)).toEqual({ kind: 'complete', total: 200, held: 450 });
    expect(records.count('deposit')).toBe(450);
  });

  it('keeps invalid rows, and they hide no others', async () => {
    const rows = [{ id: 1 }, 'nonsense', null, { id: 'two' }, { id: 3 }];
    const { records, run } = importer({ page: async (_, page) => ({ total: 5, rows: page === 1 ? rows : [] }) });
    expect(await run(9)).toEqual({ kind: 'complete', total: 5, held: 5 });
    await run(9);
    expect(records.count('deposit')).toBe(5);
  });

  it('continues until a record that may have changed was read again', async () => {
    const list = fakeList('newestFirst');
    list.add(350);
    const { run } = importer(list);
    await run(100);
    const before = list.requests();
    expect(await run(100, new Set(['5']))).toMatchObject({ kind: 'complete' });
    expect(list.requests() - before).toBe(4);
  });

  it('reports if there is no such list', async () => {
    const { run } = importer({ page: async () => null });
    expect(await run(9)).toEqual({ kind: 'unsupported' });
  });
});
