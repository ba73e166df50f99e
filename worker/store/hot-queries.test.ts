/**
 * Queries made for every task, every second or every page find their rows through an index, however many tasks there
 * are.
 */
import { expect, it } from 'vitest';
import type { TaskFilter } from '../../contract/tasks.ts';
import { Ledger } from '../money/ledger/ledger.ts';
import { Payments } from '../money/payments.ts';
import { RELAY_RULES } from '../networks/network-rules.ts';
import { TaskService } from '../service/task-service.ts';
import { loopRig, START_MS } from '../testing/loop-rig.ts';
import { findScans, watchStatements } from '../testing/query-plans.ts';
import { commitmentOf, remoteTask } from '../testing/remote-task.ts';

const TASK = commitmentOf(1);
const NONE: TaskFilter = { types: [], statuses: [], fromMs: null, toMs: null, model: '', text: '' };

it('a task from start to end', async () => {
  const { context, driver, network } = await loopRig();
  const { store } = context;
  const seen = watchStatements(store.db);
  network.start(remoteTask({ startTimeMs: START_MS }));
  const cycle = async () => {
    await driver.cycle(TASK);
    await driver.untilIdle();
  };
  for (let i = 0; i < 3; i++) await cycle();
  network.change(TASK, { status: 'Validated', validatedTimeMs: START_MS + 2_000 });
  for (let i = 0; i < 3; i++) await cycle();
  expect(store.tasks.get(TASK).status).toBe('EndSuccess');
  store.events.unhandled();
  store.events.cursor();
  store.tasks.open();
  const payments = new Payments(store.db, context.clock);
  payments.settle();
  payments.periodMs();
  expect(seen.size).toBeGreaterThan(10);
  expect(findScans(store.db, seen)).toEqual([]);
});

it.for([
  ['all tasks', NONE],
  ['of a type', { ...NONE, types: ['Llm'] }],
  ['in a state', { ...NONE, statuses: ['EndAborted'] }],
  ['of a period', { ...NONE, fromMs: START_MS, toMs: START_MS + 1 }],
  ['one task', { ...NONE, text: TASK }],
] as const satisfies readonly (readonly [string, TaskFilter])[])(
  'a page of the list, %s, reads no row that it skips',
  async ([, filter]) => {
    const { context } = await loopRig();
    const { db, list } = context.store;
    const seen = watchStatements(db);
    list.page({ filter, offset: 0, limit: 100, upTo: null });
    // Counting everything walks a numeric index; the table itself, with its long rows, is never walked.
    expect(findScans(db, seen).filter((step) => !step.includes('USING COVERING INDEX'))).toEqual([]);
  },
);

it('a page that is not full needs no count', async () => {
  const { context } = await loopRig();
  const { db, list, tasks } = context.store;
  for (const n of [1, 2, 3]) tasks.observe(remoteTask({ commitment: commitmentOf(n) }), START_MS);
  const counts = (offset: number, limit: number) => {
    const seen = watchStatements(db);
    const { total } = list.page({ filter: NONE, offset, limit, upTo: 3 });
    return [total, [...seen].filter((sql) => sql.includes('count(')).length];
  };
  expect(counts(0, 4)).toEqual([3, 0]);
  expect(counts(2, 2)).toEqual([3, 0]);
  // A full page may be followed by others, and an empty one says nothing about those before it.
  expect(counts(0, 3)).toEqual([3, 1]);
  expect(counts(5, 2)).toEqual([3, 1]);
});

it('a page of rows reads each part of a row with a statement that is compiled once', async () => {
  const { context } = await loopRig();
  const { store } = context;
  for (let n = 1; n <= 20; n++) store.tasks.observe(remoteTask({ commitment: commitmentOf(n) }), START_MS);
  const service = new TaskService({ store, resultsDir: '', ledger: new Ledger(store.db), reader: { rules: RELAY_RULES } });
  const prepared: object[] = [];
  const prepare = store.db.prepare.bind(store.db);
  store.db.prepare = (sql: string) => {
    const statement = prepare(sql);
    prepared.push(statement);
    return statement;
  };
  expect(service.page({ filter: NONE, offset: 0, limit: 20, upTo: null }).rows).toHaveLength(20);
  expect(prepared.length).toBeGreaterThan(20);
  expect(new Set(prepared).size).toBeLessThan(10);
});

it('the ledger: entries of a task, a page, a balance', async () => {
  const { context } = await loopRig();
  const { db } = context.store;
  const ledger = new Ledger(db);
  const seen = watchStatements(db);
  ledger.ofTask(TASK);
  ledger.find('relay:1');
  ledger.page({ limit: 100, after: null });
  ledger.page({ limit: 100, after: null, fromMs: START_MS });
  expect(seen.size).toBeGreaterThan(2);
  expect(findScans(db, seen).filter((step) => !step.includes('USING INDEX ledger_by_time'))).toEqual([]);
});
