/** What years of tasks cost: a store filled with many tasks and ledger entries, and frequent queries on it. */
import { rmSync, statSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { TaskFilter } from '../../contract/tasks.ts';
import { systemClock } from '../../worker/kit/system-clock.ts';
import { Ledger } from '../../worker/money/ledger/ledger.ts';
import { accountsOf } from '../../worker/money/money.ts';
import { MetricsService } from '../../worker/service/metrics-service.ts';
import { openStore, STORE_FILE, type Store } from '../../worker/store/store.ts';
import { type Figures, median } from './figures.ts';
import { commitmentAt, fillStore, START_MS } from './filled-store.ts';
import { measureMoney } from './measure-money.ts';
import { measureTelemetry } from './measure-telemetry.ts';

const SIZES = [10_000, 100_000] as const;
const LARGE = 1_000_000;
const TIMES = 5;
const NO_FILTER: TaskFilter = { types: [], statuses: [], fromMs: null, toMs: null, model: '', text: '' };

/** `large` adds a million, which takes minutes. */
export async function measureGrowth(figures: Figures, large: boolean, say: (text: string) => void): Promise<void> {
  await measureTelemetry(figures);
  for (const size of large ? [...SIZES, LARGE] : SIZES) {
    const dir = await mkdtemp(path.join(tmpdir(), 'crynux-growth-'));
    try {
      say(`filling a store with ${size} tasks and entries`);
      const first = openStore(dir, START_MS);
      fillStore(first.db, size);
      first.close();
      measure(dir, size, figures);
      await measureFigures(dir, size, figures);
      const store = openStore(dir, START_MS);
      await measureMoney(store.db, size, figures);
      store.close();
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }
}

function measure(dir: string, size: number, figures: Figures): void {
  const add = (what: string, unit: string, value: number) =>
    figures.add(`store of ${size.toLocaleString('en')}: ${what}`, unit, value);
  const timed = (what: string, work: () => unknown) => {
    const times = Array.from({ length: TIMES }, () => {
      const began = performance.now();
      work();
      return performance.now() - began;
    });
    add(what, 'ms', median(times));
  };
  add('disk', 'MiB', statSync(path.join(dir, STORE_FILE)).size / 1_048_576);
  let store: Store | null = null;
  timed('open', () => {
    store?.close();
    store = openStore(dir, START_MS);
  });
  const open: Store | null = store;
  if (open === null) return;
  const { list, tasks, db } = open as Store;
  const ledger = new Ledger(db);
  const page = (filter: Partial<TaskFilter>, offset = 0) =>
    list.page({ filter: { ...NO_FILTER, ...filter }, offset, limit: 100, upTo: null });
  timed('list, first page', () => page({}));
  timed('list, last page', () => page({}, size - 100));
  timed('list, by status', () => page({ statuses: ['EndAborted'] }));
  timed('list, by text', () => page({ text: 'deadbee' }));
  timed('list, by the start of a commitment', () => page({ text: `0x${'0'.repeat(50)}7` }));
  timed('list, by an abort reason', () => page({ text: 'timeout' }));
  timed('list, by words that are nowhere', () => page({ text: 'out of memory' }));
  timed('open tasks', () => tasks.open());
  timed('totals of all days', () => ledger.totals.select());
  timed('check of the totals', () => ledger.totals.missing());
  timed('entries of one task', () => ledger.ofTask(commitmentAt(size >> 1)));
  (open as Store).close();
}

/**
 * What a scrape asks of a node: the first one after its start reads every task, in steps; each later one only what is
 * new.
 */
async function measureFigures(dir: string, size: number, figures: Figures): Promise<void> {
  const store = openStore(dir, START_MS);
  const keeper = { resultsBytes: async () => 0 };
  const parts = { store, ledger: new Ledger(store.db), accounts: accountsOf('relay'), keeper, clock: systemClock, process: null };
  const service = new MetricsService(parts);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const name = `store of ${size.toLocaleString('en')}: figures of a scrape`;
  delay.enable();
  const began = performance.now();
  await service.read();
  figures.add(`${name}, the first`, 'ms', performance.now() - began);
  delay.disable();
  figures.add(`${name}, the first: longest step`, 'ms', delay.max / 1e6);
  const times: number[] = [];
  for (let run = 0; run < TIMES; run++) {
    const again = performance.now();
    await service.read();
    times.push(performance.now() - again);
  }
  figures.add(`${name}, later`, 'ms', median(times));
  store.close();
}
