import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TaskRow, taskFilterSchema } from '../../../contract/tasks.ts';
import { TASK_STATUSES } from '../../../protocol/tasks/status.ts';
import {
  ALL_TASKS,
  isUnfiltered,
  matchesFilter,
  type Period,
  readTaskView,
  TASK_TYPES,
  taskFilter,
  writeTaskView,
} from './task-filter.ts';

const day = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const period: fc.Arbitrary<Period> = fc.oneof(
  fc.constantFrom<Period>({ kind: 'all' }, { kind: 'day' }, { kind: 'week' }, { kind: 'month' }),
  fc.record({ kind: fc.constant('between' as const), from: fc.oneof(fc.constant(''), day), to: fc.oneof(fc.constant(''), day) }),
);
const view = fc.record({
  types: fc.subarray([...TASK_TYPES]),
  statuses: fc.subarray([...TASK_STATUSES]),
  model: fc.string(),
  text: fc.string(),
  period,
});

describe('the URL', () => {
  it('keeps every view', () => {
    fc.assert(
      fc.property(view, (given) => {
        expect(readTaskView(new URLSearchParams(writeTaskView(given).toString()))).toEqual(given);
        expect(taskFilterSchema.parse(taskFilter(given, 0))).toEqual(taskFilter(given, 0));
      }),
    );
  });

  it('may contain anything', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = readTaskView(new URLSearchParams(text));
        expect(readTaskView(writeTaskView(read))).toEqual(read);
      }),
    );
    const wild = readTaskView(new URLSearchParams('type=Llm,Nothing&state=&period=between&from=2026-02-30x&to=1'));
    expect(wild).toEqual({ ...ALL_TASKS, types: ['Llm'], period: { kind: 'between', from: '', to: '' } });
  });

  it('keeps other parameters, and is plain without a filter', () => {
    expect(writeTaskView(ALL_TASKS, new URLSearchParams('task=0x1&q=old')).toString()).toBe('task=0x1');
    expect(isUnfiltered(ALL_TASKS)).toBe(true);
    expect(isUnfiltered({ ...ALL_TASKS, text: 'x' })).toBe(false);
  });
});

it('periods count back from now; days are whole local days', () => {
  const at = (chosen: Period) => taskFilter({ ...ALL_TASKS, period: chosen }, 10 * 86_400_000);
  expect(at({ kind: 'week' })).toMatchObject({ fromMs: 3 * 86_400_000, toMs: null });
  expect(at({ kind: 'between', from: '2026-03-01', to: '2026-03-01' })).toMatchObject({
    fromMs: new Date(2026, 2, 1).getTime(),
    toMs: new Date(2026, 2, 2).getTime(),
  });
  expect(at({ kind: 'between', from: '', to: '' })).toMatchObject({ fromMs: null, toMs: null });
});

it('a live task is judged by the node’s rules', () => {
  const row: TaskRow = {
    commitment: `0x${'ab'.repeat(32)}`,
    type: 'Llm',
    modelIds: ['base:Qwen/Qwen3-8B'],
    status: 'EndAborted',
    local: 'failed',
    score: null,
    feeWei: '1',
    paymentWei: null,
    abortReason: 'Timeout',
    missedDeadline: null,
    error: { code: 'EXECUTION_FAILED', message: 'out of memory', data: {} },
    startTimeMs: null,
    deadlineMs: null,
    transitions: [],
    sequence: 1,
    seenMs: 5,
    durationMs: null,
  };
  const ask = (changes: object) => matchesFilter(row, taskFilterSchema.parse(changes));
  expect(ask({})).toBe(true);
  expect(ask({ types: ['Llm'], statuses: ['EndAborted'], model: 'qwen3', text: 'OUT OF', fromMs: 5, toMs: 6 })).toBe(true);
  for (const no of [
    { types: ['StableDiffusion'] },
    { statuses: ['Queued'] },
    { model: 'sdxl' },
    { text: 'xyz' },
    { fromMs: 6 },
    { toMs: 5 },
  ]) {
    expect(ask(no), JSON.stringify(no)).toBe(false);
  }
});
