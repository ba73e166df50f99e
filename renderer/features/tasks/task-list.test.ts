import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TaskFilterInput, type TaskRow, taskFilterSchema } from '../../../contract/tasks.ts';
import { matchesFilter } from './task-filter.ts';
import {
  addPage,
  applyTask,
  emptyTaskList,
  indexOf,
  missingOffsets,
  noteSequence,
  PAGE_ROWS,
  rowAt,
  showWaiting,
  type TaskList,
} from './task-list.ts';

const row = (sequence: number, changes: Partial<TaskRow> = {}): TaskRow => ({
  commitment: `0x${sequence.toString(16).padStart(64, '0')}`,
  type: 'Llm',
  modelIds: ['base:a/b'],
  status: 'EndSuccess',
  local: 'closed',
  score: null,
  feeWei: '1',
  paymentWei: null,
  abortReason: 'None',
  missedDeadline: null,
  error: null,
  startTimeMs: null,
  deadlineMs: null,
  transitions: [],
  sequence,
  seenMs: sequence,
  durationMs: null,
  ...changes,
});

/** A node with tasks 1…n that answers as the contract requires. */
function node(count: number) {
  const tasks = Array.from({ length: count }, (_, i) => row(i + 1));
  return {
    tasks,
    page(list: TaskList, offset: number) {
      const upTo = list.upTo ?? tasks.at(-1)?.sequence ?? 0;
      const all = tasks.filter((task) => task.sequence <= upTo && matchesFilter(task, list.filter)).toReversed();
      return { rows: all.slice(offset, offset + PAGE_ROWS), total: all.length, upTo };
    },
  };
}

const start = (filter: TaskFilterInput = {}) => emptyTaskList(taskFilterSchema.parse(filter));

function look(list: TaskList, remote: ReturnType<typeof node>, first: number, last: number): TaskList {
  return missingOffsets(list, first, last).reduce((read, offset) => addPage(read, offset, remote.page(read, offset)), list);
}

it('reads only the visible pages, and keeps a limited number of them', () => {
  const remote = node(100_000);
  let list = look(start(), remote, 0, 30);
  expect([list.total, list.rows.size, rowAt(list, 0)?.sequence]).toEqual([100_000, PAGE_ROWS, 100_000]);
  list = look(list, remote, 99_970, 99_999);
  expect(rowAt(list, 99_999)?.sequence).toBe(1);
  expect(missingOffsets(list, 99_970, 99_999)).toEqual([]);
  expect(missingOffsets(list, 45, 105)).toEqual([50, 100]);
  for (let at = 0; at < 100_000; at += 700) list = look(list, remote, at, at + 20);
  expect(list.rows.size).toBeLessThanOrEqual(80 * PAGE_ROWS);
  expect(rowAt(list, 99_401)?.sequence).toBe(100_000 - 99_401);
});

describe('live', () => {
  const read = (filter: TaskFilterInput = {}) => look(start(filter), node(10), 0, 9);

  it('a shown task changes in place', () => {
    const list = applyTask(read(), row(4, { status: 'EndAborted' }));
    expect(rowAt(list, 6)?.status).toBe('EndAborted');
    expect([list.total, list.waiting.length, list.outdated]).toEqual([10, 0, false]);
  });

  it('new tasks wait, change while they wait, and are added at the top on request', () => {
    const changes = [row(12), row(11), row(12, { status: 'ScoreReady' })];
    const waiting = changes.reduce(applyTask, read());
    expect(waiting.waiting.map((task) => task.sequence)).toEqual([11, 12]);
    expect(rowAt(waiting, 0)?.sequence).toBe(10);
    const shown = showWaiting(waiting);
    expect([0, 1, 2].map((index) => rowAt(shown, index)?.sequence)).toEqual([12, 11, 10]);
    expect([shown.total, shown.upTo, rowAt(shown, 0)?.status, indexOf(shown, row(10).commitment)]).toEqual([
      12,
      12,
      'ScoreReady',
      2,
    ]);
    expect(indexOf(shown, '0xnone')).toBeNull();
  });

  it('a task that no longer matches, or only matches now, marks the list as changed instead of moving rows', () => {
    const list = read({ statuses: ['EndSuccess'] });
    const left = applyTask(list, row(4, { status: 'EndAborted' }));
    expect([left.outdated, rowAt(left, 6)?.status]).toEqual([true, 'EndAborted']);
    const other = look(start({ statuses: ['EndAborted'] }), node(10), 0, 9);
    expect(applyTask(other, row(4, { status: 'EndAborted' })).outdated).toBe(true);
    expect(applyTask(list, row(11, { status: 'Started' })).waiting).toEqual([]);
  });

  it('a task that was never reported marks the list as changed; a known or waiting one does not', () => {
    const waiting = applyTask(read(), row(11));
    expect([5, 10, 11].map((sequence) => noteSequence(waiting, sequence).outdated)).toEqual([false, false, false]);
    expect(noteSequence(waiting, 12).outdated).toBe(true);
    expect(noteSequence(start(), 12).outdated).toBe(false);
  });

  it('rows from a list of another length are read again', () => {
    const list = addPage(read(), 0, { rows: [row(9)], total: 9, upTo: 10 });
    expect([list.total, list.rows.size, rowAt(list, 0)?.sequence]).toEqual([9, 1, 9]);
  });
});

it('the list shows what the node has, whatever changes and arrives while reading', () => {
  // A node reports new tasks in order; any of the others may change.
  const event = fc.oneof(fc.constant('new' as const), fc.constant('show' as const), fc.nat({ max: 12 }));
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      const remote = node(10);
      let list = look(start(), remote, 0, 20);
      for (const what of events) {
        if (what === 'show') list = showWaiting(list);
        else {
          if (what === 'new') remote.tasks.push(row(remote.tasks.length + 1));
          const at = what === 'new' ? remote.tasks.length - 1 : what % remote.tasks.length;
          const changed = row(at + 1, { durationMs: (remote.tasks[at]?.durationMs ?? 0) + 1 });
          remote.tasks[at] = changed;
          list = applyTask(list, changed);
        }
      }
      list = showWaiting(list);
      expect(Array.from({ length: list.total ?? 0 }, (_, i) => rowAt(list, i))).toEqual(remote.tasks.toReversed());
    }),
  );
});
