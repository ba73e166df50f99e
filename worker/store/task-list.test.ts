import { describe, expect, it } from 'vitest';
import { type TaskFilter, type TaskFilterInput, taskFilterSchema } from '../../contract/tasks.ts';
import { watchStatements } from '../testing/query-plans.ts';
import { commitmentOf, remoteTask, SCORE } from '../testing/remote-task.ts';
import { openNodeDatabase } from './migrations.ts';
import { Store } from './store.ts';

const START_MS = 1_700_000_000_000;
const COUNT = 100_000;

const open = () => new Store(openNodeDatabase(':memory:'), () => {});

const page = (store: Store, filter: TaskFilterInput, place: { offset?: number; limit?: number; upTo?: number } = {}) =>
  store.list.page({ filter: taskFilterSchema.parse(filter), offset: 0, limit: 500, upTo: null, ...place });
const places = (store: Store, filter: TaskFilterInput) => page(store, filter).tasks.map(({ id }) => id);

/** Tasks 1 to 6, each of which matches a different filter. */
function few(): Store {
  const store = open();
  const end = { status: 'EndAborted', abortReason: 'Timeout' } as const;
  const tasks = [
    remoteTask({ commitment: commitmentOf(0xa1) }),
    remoteTask({ commitment: commitmentOf(0xa2), type: 'StableDiffusion', modelIds: ['base:SDXL/turbo', 'lora:100%_style'] }),
    remoteTask({ commitment: commitmentOf(0xa3), ...end }),
    remoteTask({ commitment: commitmentOf(0xa4), modelIds: ['lora:1000 styles'] }),
    remoteTask({ commitment: commitmentOf(0xa5) }),
    remoteTask({ commitment: commitmentOf(0xa6), type: 'StableDiffusion', ...end }),
  ];
  for (const [at, task] of tasks.entries()) store.tasks.observe(task, START_MS + at * 1_000);
  const failed = commitmentOf(0xa4);
  store.executions.begin(failed, 'L1', START_MS);
  store.executions.end(failed, { outcome: 'failed', detail: 'Traceback\nCUDA out of memory: 100% used', nowMs: START_MS });
  const scored = commitmentOf(0xa5);
  store.executions.begin(scored, 'L1', START_MS);
  store.executions.end(scored, { outcome: 'cancelled', detail: 'CUDA went away', nowMs: START_MS });
  store.executions.begin(scored, 'L2', START_MS);
  store.recordResult({ commitment: scored, score: SCORE, artifacts: [], nowMs: START_MS });
  store.tasks.raiseAlarm(commitmentOf(0xa6), { code: 'NOTE', message: '内存 😀 不足', atMs: START_MS });
  store.tasks.raiseAlarm(commitmentOf(0xa1), { code: 'RESULT_CHANGED', message: 'other bytes', atMs: START_MS });
  return store;
}

describe('the list of tasks', () => {
  const found: readonly [string, TaskFilterInput, readonly number[]][] = [
    ['everything', {}, [6, 5, 4, 3, 2, 1]],
    ['a type', { types: ['StableDiffusion'] }, [6, 2]],
    ['several statuses', { statuses: ['EndAborted', 'EndSuccess'] }, [6, 3]],
    ['type and status', { types: ['StableDiffusion'], statuses: ['EndAborted'] }, [6]],
    ['a period, end excluded', { fromMs: START_MS + 1_000, toMs: START_MS + 3_000 }, [3, 2]],
    ['part of a model ID, case-insensitively', { model: 'sdxl/T' }, [2]],
    ['a wildcard of SQL in a model ID, taken literally', { model: '100%_' }, [2]],
    ['part of any model ID of a task', { model: 'lora:' }, [4, 2]],
    ['no model by text that spans two of them', { model: '","' }, []],
    ['part of a commitment', { text: 'A3' }, [3]],
    ['a whole commitment', { text: commitmentOf(0xa2).toUpperCase().replace('0X', '0x') }, [2]],
    ['the start of a commitment, any case', { text: `0X${'0'.repeat(62)}A` }, [6, 5, 4, 3, 2, 1]],
    ['the start of a commitment without its zero', { text: `x${'0'.repeat(62)}a3` }, [3]],
    ['no task by a start that is not there', { text: '0xa3' }, []],
    ['all tasks by what every commitment starts with', { text: '0x' }, [6, 5, 4, 3, 2, 1]],
    ['digits that are part of a message as well', { text: 'ed' }, [4, 1]],
    ['an abort reason', { text: 'timeOUT' }, [6, 3]],
    ['no task by the abort reason that means "none"', { text: 'None' }, []],
    ['the code of an alarm', { text: 'result_changed' }, [1]],
    ['the message of an alarm', { text: 'OTHER' }, [1]],
    ['the code of a failed execution', { text: 'execution_f' }, [4]],
    ['what a failed execution reported, but not one that succeeded later', { text: 'cuda' }, [4]],
    ['a wildcard of SQL in a text, taken literally', { text: '100%' }, [4]],
    ['a backslash', { text: '\\' }, []],
    ['a NUL, which ends no text', { text: '\0' }, []],
    ['a text longer than any', { text: 'ab%'.repeat(30_000) }, []],
    ['a model ID longer than any', { model: '%'.repeat(80_000) }, []],
    ['other scripts, as they are written', { text: '内存 😀' }, [6]],
    ['quotes', { text: `'; DROP TABLE tasks; --"` }, []],
    ['all at once', { types: ['Llm'], statuses: ['EndAborted'], fromMs: START_MS, model: 'tiny', text: 'a3' }, [3]],
  ];
  it.each(found)('finds %s', (_, filter, expected) => {
    const store = few();
    expect(places(store, filter)).toEqual(expected);
    expect(page(store, filter).total).toBe(expected.length);
    expect(page(store, filter, { limit: 1, offset: expected.length }).tasks).toEqual([]);
  });

  it('keeps the positions of a listing while new tasks arrive', () => {
    const store = few();
    const first = page(store, {}, { limit: 2 });
    expect(first).toMatchObject({ total: 6, upTo: 6 });
    store.tasks.observe(remoteTask({ commitment: commitmentOf(0xb1) }), START_MS);
    const second = page(store, {}, { limit: 2, offset: 2, upTo: first.upTo });
    expect(second.tasks.map(({ id }) => id)).toEqual([4, 3]);
    expect(second.total).toBe(6);
    expect(places(store, { types: ['Llm'] })).toEqual([7, 5, 4, 3, 1]);
  });

  it('lists the models of a task once, however often it is observed', () => {
    const store = few();
    store.tasks.observe(
      remoteTask({ commitment: commitmentOf(0xa2), modelIds: ['base:SDXL/turbo', 'lora:100%_style'] }),
      START_MS,
    );
    expect(places(store, { model: 'style' })).toEqual([4, 2]);
  });
});

const DAY_MS = 100_000;
const MIDDLE = { fromMs: START_MS + 500 * DAY_MS, toMs: START_MS + 501 * DAY_MS };

/** Every tenth is an image, every hundredth aborted, every thousandth failed; a hundred per "day", 20 models. */
function many(): Store {
  const store = open();
  store.db.exec(`
    INSERT INTO tasks (commitment, sequence, type, model_ids, task_args, fee_wei, timeout_seconds, status, remote_score,
      abort_reason, task_error, start_time_ms, first_seen_ms)
    WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${COUNT})
    SELECT printf('0x%064x', n), n, iif(n % 10 = 0, 'StableDiffusion', 'Llm'), json_array(printf('base:model-%d', n % 20)), '{}', '1', 60,
      iif(n % 100 = 0, 'EndAborted', 'EndSuccess'), '', iif(n % 100 = 0, 'Timeout', 'None'), 'None', NULL, ${START_MS} + n * 1000
    FROM n;
    INSERT INTO executions (commitment, attempt, lifetime, started_ms, outcome, detail)
    SELECT commitment, 1, 'L', 1, iif(id % 1000 = 7, 'failed', 'scored'), iif(id % 1000 = 7, 'out of memory', '') FROM tasks;`);
  return store;
}

describe(`with ${COUNT} tasks`, () => {
  const store = many();
  const asked: readonly [string, TaskFilterInput, number, string][] = [
    ['nothing', {}, COUNT, 'tasks_in_order'],
    ['type', { types: ['StableDiffusion'] }, COUNT / 10, 'tasks_by_type'],
    ['status', { statuses: ['EndAborted'] }, COUNT / 100, 'tasks_by_status'],
    ['type and status', { types: ['Llm'], statuses: ['EndSuccess'] }, (COUNT * 9) / 10, 'tasks_by_both'],
    ['period', MIDDLE, 100, 'tasks_listed'],
    ['commitment', { text: commitmentOf(77) }, 1, 'sqlite_autoindex_tasks_1'],
  ];

  it.each(asked)('%s uses its index, for the page and for the count', (_, input, total, index) => {
    const filter = taskFilterSchema.parse(input);
    for (const [sql, plan] of plansOf(store, filter)) {
      const reads = sql.match(/INDEXED BY/g)?.length ?? 1;
      expect(plan.filter((step) => step.includes(index)).length, plan.join('\n')).toBe(reads);
      // Only the count of everything visits every entry, and only in the index.
      expect(plan.filter((step) => /^SCAN/.test(step) && !/COVERING INDEX tasks_in_order/.test(step))).toEqual([]);
      expect(plan.filter((step) => /tasks_\w+/.test(step) && !step.includes('COVERING'))).toEqual([]);
    }
    const newest = page(store, input, { limit: 50 });
    expect(newest.total).toBe(total);
    expect(newest.tasks.map(({ id }) => id)).toEqual([...newest.tasks.map(({ id }) => id)].sort((a, b) => b - a));
    const last = page(store, input, { limit: 50, offset: total - 1 });
    expect(last.tasks).toHaveLength(1);
  });

  it('searches part of a model’s name among the models, not among the tasks', () => {
    const filter = taskFilterSchema.parse({ model: 'MODEL-1' });
    for (const [, plan] of plansOf(store, filter)) {
      expect(
        plan.filter((step) => /^SCAN (?!model\b)/.test(step)),
        plan.join('\n'),
      ).toEqual([]);
    }
    expect(page(store, { model: 'MODEL-1' }).total).toBe((COUNT * 11) / 20);
  });

  it.each([
    ['words', { text: 'memory' }, COUNT / 1_000],
    ['an abort reason', { text: 'timeo' }, COUNT / 100],
    ['the start of a commitment', { text: `0x${'0'.repeat(61)}07` }, 16],
  ] as const)('%s are looked for among alarms, failed executions and by indexes, not among all tasks', (_, input, total) => {
    const plans = plansOf(store, taskFilterSchema.parse(input));
    const searches = plans.map(([, plan]) => scansIn(plan)).filter((scans) => scans.length > 0);
    // For a page with its total, and for the total of a page beyond the end.
    expect(searches).toEqual(Array.from({ length: 2 }, () => ['SCAN alarms', 'SCAN last USING INDEX executions_in_error']));
    expect(page(store, input).total).toBe(total);
  });

  it('digits that may stand anywhere in a commitment are looked for in one index', () => {
    const searches = plansOf(store, taskFilterSchema.parse({ text: '1869f' })).map(([, plan]) => scansIn(plan));
    const scans = ['SCAN tasks USING COVERING INDEX tasks_listed', 'SCAN alarms', 'SCAN last USING INDEX executions_in_error'];
    for (const search of searches.filter(({ length }) => length > 0)) expect(search).toEqual(scans);
    expect(searches).toContainEqual(scans);
    expect(page(store, { text: '1869f' }).total).toBe(1);
  });

  it('all tasks are looked through once for a page of those with a text, and for their total', () => {
    const asked = watchStatements(store.db);
    const total = Array.from({ length: COUNT }, (_, i) => (i + 1).toString(16)).filter((digits) => digits.includes('186')).length;
    expect(page(store, { text: '186' }, { limit: 50 })).toMatchObject({ total, tasks: { length: 50 } });
    const steps = [...asked].flatMap((sql) => planOf(store, sql)).filter((step) => step.startsWith('SCAN tasks'));
    expect(steps).toEqual(['SCAN tasks USING COVERING INDEX tasks_listed']);
  });
});

/** Of every statement that a full page, the last one and one beyond the end take. */
function plansOf(store: Store, filter: TaskFilter): (readonly [sql: string, plan: readonly string[]])[] {
  const asked = watchStatements(store.db);
  for (const offset of [0, COUNT]) store.list.page({ filter, offset, limit: 1, upTo: COUNT });
  return [...asked].map((sql) => [sql, planOf(store, sql)]);
}

function planOf(store: Store, sql: string): string[] {
  return store.db
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map(({ detail }) => String(detail));
}

/** What is scanned, other than what was found. */
function scansIn(plan: readonly string[]): string[] {
  return plan.filter((step) => /^SCAN (?!found\b|CONSTANT)/.test(step));
}
