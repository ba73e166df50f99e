import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actionsFor } from './actions.ts';
import type { Group, GroupTask, GroupTasks } from './group-validation.ts';
import { rankByExecutionTime, validateGroup } from './group-validation.ts';
import type { TaskStatus, TaskType } from './status.ts';
import { TASK_STATUSES } from './status.ts';

/** before → after, position by position, in rank order. */
const TABLE: readonly [string, string][] = [
  ['AAA', 'V R R'],
  ['AAB', 'V R I'],
  ['ABC', 'X X X'],
  ['AAE', 'V R I'],
  ['ABE', 'X X X'],
  ['AAX', 'V R X'],
  ['ABX', 'X X X'],
  ['AEE', 'I X X'],
  ['AEX', 'X X X'],
  ['AXX', 'X X X'],
  ['EEE', 'X X X'],
  ['EEX', 'X X X'],
  ['EXX', 'X X X'],
  ['XXX', 'X X X'],
];

const AFTER: Readonly<Record<string, TaskStatus>> = {
  V: 'GroupValidated',
  R: 'EndGroupRefund',
  I: 'EndInvalidated',
  X: 'EndAborted',
};

const PERMUTATIONS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;

const SCORES: Readonly<Record<TaskType, Readonly<Record<string, string>>>> = {
  Llm: { A: `0x${'aa'.repeat(32)}`, B: `0x${'bb'.repeat(32)}`, C: `0x${'cc'.repeat(32)}` },
  // Far apart: 32 differing bits or more in the first block.
  StableDiffusion: {
    A: `0x${'00'.repeat(16)}`,
    B: `0x${'ff'.repeat(8)}${'00'.repeat(8)}`,
    C: `0x${'0f'.repeat(8)}${'00'.repeat(8)}`,
  },
  FineTuneLora: { A: `0x${'00'.repeat(8)}`, B: `0x${'ff'.repeat(8)}`, C: `0x${'0f'.repeat(8)}` },
};

function member(taskType: TaskType, letter: string, id: string): GroupTask {
  if (letter === 'E') return { id, status: 'ErrorReported', score: null };
  if (letter === 'X') return { id, status: 'EndAborted', score: null };
  return { id, status: 'ScoreReady', score: SCORES[taskType][letter] ?? '' };
}

function group(taskType: TaskType, letters: string): Group {
  const [a = '', b = '', c = ''] = letters;
  return {
    taskType,
    distanceThreshold: 24,
    tasks: [member(taskType, a, 't1'), member(taskType, b, 't2'), member(taskType, c, 't3')],
  };
}

/** The expectation in the table's own terms: the first A wins, other As are refunded, the rest follow the row. */
function expectedFor(before: string, after: string, order: readonly number[]): TaskStatus[] {
  const letters = order.map((i) => before[i] ?? '');
  const states = after.split(' ').map((key) => AFTER[key] ?? 'EndAborted');
  const majority = states.includes('GroupValidated');
  let winnerSeen = false;
  return order.map((i, position) => {
    if (!majority || letters[position] !== 'A') return states[i] ?? 'EndAborted';
    const state: TaskStatus = winnerSeen ? 'EndGroupRefund' : 'GroupValidated';
    winnerSeen = true;
    return state;
  });
}

describe('the group validation table', () => {
  for (const taskType of ['Llm', 'StableDiffusion', 'FineTuneLora'] as const) {
    for (const [before, after] of TABLE) {
      it(`${taskType} ${before} → ${after} in every order`, () => {
        for (const order of PERMUTATIONS) {
          const letters = order.map((i) => before[i]).join('');
          const outcome = validateGroup(group(taskType, letters));
          expect(['t1', 't2', 't3'].map((id) => outcome.next[id])).toEqual(expectedFor(before, after, order));
          expect(outcome.row).toBe(before);
        }
      });
    }
  }

  it('has the actions of the state that each member ends in', () => {
    const outcome = validateGroup(group('Llm', 'BAA'));
    expect(outcome.next).toEqual({ t1: 'EndInvalidated', t2: 'GroupValidated', t3: 'EndGroupRefund' });
    expect(outcome.actions).toEqual({ t1: ['refund', 'slash'], t2: ['recordGroupNodes'], t3: ['refund', 'release'] });
  });

  it('sends every member to the same state in every order, except that the first of the equal ones wins', () => {
    const letter = fc.constantFrom('A', 'B', 'C', 'E', 'X');
    const kind = (status: TaskStatus | undefined) => (status === 'GroupValidated' ? 'EndGroupRefund' : status);
    fc.assert(
      fc.property(
        fc.tuple(letter, letter, letter),
        fc.constantFrom('Llm', 'StableDiffusion', 'FineTuneLora'),
        fc.constantFrom(...PERMUTATIONS),
        (letters, taskType, order) => {
          const straight = group(taskType, letters.join(''));
          const shuffled = order.map((i) => straight.tasks[i] as GroupTask) as unknown as GroupTasks;
          const [one, other] = [validateGroup(straight), validateGroup({ ...straight, tasks: shuffled })];
          expect(other.row).toBe(one.row);
          for (const { id } of straight.tasks) {
            expect(kind(other.next[id])).toBe(kind(one.next[id]));
            expect(other.actions[id]).toEqual(actionsFor(other.next[id] ?? 'Queued'));
          }
          const winners = Object.values(other.next).filter((status) => status === 'GroupValidated');
          const refunded = Object.values(other.next).filter((status) => status === 'EndGroupRefund');
          expect(winners.length).toBe(refunded.length > 0 ? 1 : 0);
        },
      ),
    );
  });
});

describe('near-equality of images', () => {
  // near(low, middle), near(middle, high), far(low, high): 20, 20 and 40 bits.
  const low = `0x${'00'.repeat(8)}`;
  const middle = '0x00000000000fffff';
  const high = '0x000000ffffffffff';
  const outcome = (...scores: readonly [string, string, string]) =>
    validateGroup({
      taskType: 'StableDiffusion',
      distanceThreshold: 24,
      tasks: [
        { id: 't1', status: 'ScoreReady', score: scores[0] },
        { id: 't2', status: 'ScoreReady', score: scores[1] },
        { id: 't3', status: 'ScoreReady', score: scores[2] },
      ],
    });

  it('lets the pair 1–2 decide: a third that is near only to the second is excluded', () => {
    expect(outcome(low, middle, high).next).toEqual({ t1: 'GroupValidated', t2: 'EndGroupRefund', t3: 'EndInvalidated' });
  });

  it('takes all three if both others are near the first, even if they are far from each other', () => {
    expect(outcome(middle, low, high).next).toEqual({ t1: 'GroupValidated', t2: 'EndGroupRefund', t3: 'EndGroupRefund' });
    expect(outcome(middle, low, high).row).toBe('AAA');
  });

  it('lets the pair 1–3 decide before 2–3', () => {
    expect(outcome(low, high, middle).next).toEqual({ t1: 'GroupValidated', t2: 'EndInvalidated', t3: 'EndGroupRefund' });
  });

  it('counts bits per block of eight bytes and is strict at the threshold', () => {
    const at = (bits: number) => `0x${((1n << BigInt(bits)) - 1n).toString(16).padStart(16, '0')}`;
    const far = `0x${'f0'.repeat(16)}`;
    expect(outcome(low, at(23), at(8)).row).toBe('AAA');
    expect(outcome(low, at(24), `0x${'f0'.repeat(8)}`).row).toBe('ABC');
    const twoBlocks = `0x${at(23).slice(2)}${at(23).slice(2)}`;
    expect(outcome(`0x${'00'.repeat(16)}`, twoBlocks, far).row).toBe('AAB');
    expect(outcome(low, `0x${'00'.repeat(16)}`, far).row).toBe('ABC');
    expect(outcome('0x1234', '0x1234', '0x1234').row).toBe('ABC');
  });
});

describe('an invalid group', () => {
  const good = group('Llm', 'AAA').tasks;

  it('refuses every status that cannot be validated', () => {
    for (const status of TASK_STATUSES.filter((name) => !['ScoreReady', 'ErrorReported', 'EndAborted'].includes(name))) {
      const tasks: GroupTasks = [good[0], { ...good[1], status }, good[2]];
      expect(() => validateGroup({ taskType: 'Llm', distanceThreshold: 1, tasks })).toThrow(
        expect.objectContaining({ code: 'PROTOCOL_BAD_GROUP' }),
      );
    }
  });

  it('refuses a score that is missing or not hex, and repeated ids', () => {
    const withSecond = (second: Partial<GroupTask>): Group => ({
      taskType: 'Llm',
      distanceThreshold: 1,
      tasks: [good[0], { ...good[1], ...second }, good[2]],
    });
    expect(() => validateGroup(withSecond({ score: null }))).toThrow(expect.objectContaining({ code: 'PROTOCOL_BAD_GROUP' }));
    expect(() => validateGroup(withSecond({ id: 't1' }))).toThrow(expect.objectContaining({ code: 'PROTOCOL_BAD_GROUP' }));
    expect(() => validateGroup(withSecond({ score: '0xzz' }))).toThrow(expect.objectContaining({ code: 'PROTOCOL_BAD_HEX' }));
  });
});

describe('rank order', () => {
  const at = (sequence: number, startTimeMs: number | null, scoreReadyTimeMs: number | null) => ({
    sequence,
    startTimeMs,
    scoreReadyTimeMs,
  });

  it('is by execution time, not by time of arrival; ties are by sequence, and unfinished members come last', () => {
    const fast = at(3, 9_000, 10_000);
    const slow = at(1, 0, 5_000);
    const unfinished = at(0, 0, null);
    const neverStarted = at(2, null, null);
    const alsoFast = at(4, 1_000, 2_000);
    expect(rankByExecutionTime([neverStarted, slow, alsoFast, unfinished, fast])).toEqual([
      fast,
      alsoFast,
      slow,
      unfinished,
      neverStarted,
    ]);
  });
});
