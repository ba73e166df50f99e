/** What years of payments cost: reading the account after a task, importing a list, and reconciling the whole ledger. */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { DatabaseSync } from 'node:sqlite';
import { systemClock } from '../../worker/kit/system-clock.ts';
import { Ledger } from '../../worker/money/ledger/ledger.ts';
import { Payments } from '../../worker/money/payments.ts';
import { Reconciler } from '../../worker/money/reconcile/reconciler.ts';
import { MoneyRecords } from '../../worker/money/records/money-records.ts';
import { MoneySync } from '../../worker/money/sync.ts';
import { PAGE_SIZE, type RelayAccount, type RelayList } from '../../worker/networks/relay/relay-account.ts';
import { EventLog } from '../../worker/store/event-log.ts';
import { Settings } from '../../worker/store/settings.ts';
import { type Figures, median } from './figures.ts';
import { FEE_WEI, feeRecordAt, SELF } from './filled-store.ts';

const TIMES = 5;

/** A relay that lists `count` payments, newest first, and answers at once. */
class LongAccount {
  readonly address = SELF;
  count: number;

  constructor(count: number) {
    this.count = count;
  }

  async balance(): Promise<bigint> {
    return BigInt(this.count) * FEE_WEI;
  }

  async page(list: RelayList, page: number): Promise<{ total: number; rows: readonly unknown[] }> {
    if (list !== 'taskFee') return { total: 0, rows: [] };
    const newest = this.count - (page - 1) * PAGE_SIZE;
    const rows = Array.from({ length: Math.min(PAGE_SIZE, Math.max(0, newest)) }, (_, i) => feeRecordAt(newest - i));
    return { total: this.count, rows };
  }

  async delegationIncome(): Promise<bigint> {
    return 0n;
  }
}

/** @param size number of payments that the store holds */
export async function measureMoney(db: DatabaseSync, size: number, figures: Figures): Promise<void> {
  const account = new LongAccount(size);
  const [ledger, records] = [new Ledger(db), new MoneyRecords(db)];
  const common = { db, ledger, records, account: account as unknown as RelayAccount, chain: null, nowMs: () => Date.now() };
  const events = new EventLog(db, new Settings(db));
  const factsOf = () => null;
  const sync = new MoneySync({ ...common, events, factsOf, payments: new Payments(db, systemClock), clock: systemClock });
  const reconciler = new Reconciler({ ...common, sync });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const name = `store of ${size.toLocaleString('en')}`;

  const timed = async (work: () => Promise<unknown>) => {
    delay.reset();
    delay.enable();
    const began = performance.now();
    await work();
    const tookMs = performance.now() - began;
    delay.disable();
    return { tookMs, stepMs: delay.max / 1e6 };
  };
  for (const [what, read] of [
    ['payments read after a task', () => sync.payments()],
    ['account read once a minute', () => sync.sync()],
  ] as const) {
    const times: number[] = [];
    for (let run = 0; run < TIMES; run++) {
      account.count++;
      times.push((await timed(read)).tookMs);
    }
    figures.add(`${name}: ${what}`, 'ms', median(times));
  }
  account.count += 20 * PAGE_SIZE;
  const imported = await timed(() => sync.sync({ pages: 20, chunks: 0, refreshAll: false }));
  figures.add(`${name}: 2,000 payments imported`, 'ms', imported.tookMs);
  const reconciled = await timed(() => reconciler.reconcile());
  figures.add(`${name}: reconcile`, 'ms', reconciled.tookMs);
  figures.add(`${name}: reconcile, longest step`, 'ms', reconciled.stepMs);
}
