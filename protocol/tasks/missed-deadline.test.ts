import { describe, expect, it } from 'vitest';
import { type AbortedTask, findMissedDeadline, lastStatusBeforeEnd, missedAtMs } from './missed-deadline.ts';
import { ABORT_REASON } from './status.ts';

const aborted = (changes: Partial<AbortedTask>) =>
  findMissedDeadline({
    type: 'Llm',
    status: 'EndAborted',
    abortReason: 'Timeout',
    startTimeMs: 1,
    lastStatus: 'Started',
    ...changes,
  });

describe('the deadline that ended a task', () => {
  it("follows from the reason and from the task's progress", () => {
    expect(aborted({ startTimeMs: null, lastStatus: 'Queued' })).toBe('queue');
    expect(aborted({})).toBe('execution');
    expect(aborted({ lastStatus: null })).toBe('execution');
    expect(aborted({ lastStatus: 'ScoreReady' })).toBe('unknown');
    expect(aborted({ abortReason: 'CreatorValidationTimeout', lastStatus: 'ScoreReady' })).toBe('validation');
    expect(aborted({ abortReason: 'ResultUploadTimeout', lastStatus: 'Validated' })).toBe('resultUpload');
    expect(aborted({ abortReason: 'GroupTimeout', lastStatus: 'ScoreReady' })).toBe('group');
  });

  it('of a fine-tune task, which has a single deadline, follows from its last state', () => {
    expect(aborted({ type: 'FineTuneLora' })).toBe('execution');
    expect(aborted({ type: 'FineTuneLora', lastStatus: 'ScoreReady' })).toBe('validation');
    expect(aborted({ type: 'FineTuneLora', lastStatus: 'Validated' })).toBe('resultUpload');
  });

  it('of a task on a chain, which has the contract’s deadline, follows from its last state', () => {
    const onChain = (changes: Partial<AbortedTask>) => aborted({ isOnChain: true, ...changes });
    expect(onChain({})).toBe('arguments');
    expect(onChain({ lastStatus: 'ParametersUploaded' })).toBe('execution');
    expect(onChain({ lastStatus: 'ScoreReady' })).toBe('validation');
    expect(onChain({ lastStatus: 'ErrorReported' })).toBe('validation');
    expect(onChain({ lastStatus: 'GroupValidated' })).toBe('resultUpload');
    expect(onChain({ lastStatus: null })).toBe('unknown');
    expect(onChain({ abortReason: 'IncorrectResult', lastStatus: 'ScoreReady' })).toBeNull();
  });

  it('is none for other reasons, reasons of a newer network, and tasks that were not aborted', () => {
    const timeOuts = ['Timeout', 'GroupTimeout', 'CreatorValidationTimeout', 'ResultUploadTimeout'];
    for (const abortReason of [...Object.keys(ABORT_REASON), 'Unheard']) {
      expect(aborted({ abortReason }) !== null, abortReason).toBe(timeOuts.includes(abortReason));
    }
    expect(aborted({ status: 'EndSuccess' })).toBeNull();
    expect(aborted({ status: 'Started' })).toBeNull();
  });
});

it('the last state before the end is the furthest that was seen, in whatever order states were reported', () => {
  const steps = (['EndAborted', 'ScoreReady', 'Queued', 'Started'] as const).map((status) => ({ status }));
  expect(lastStatusBeforeEnd(steps)).toBe('ScoreReady');
  expect(lastStatusBeforeEnd([{ status: 'EndAborted' }])).toBeNull();
});

it('has a due time only if the task itself states one', () => {
  expect(missedAtMs('execution', { type: 'Llm', deadlineMs: 5 })).toBe(5);
  expect(missedAtMs('validation', { type: 'Llm', deadlineMs: 5 })).toBeNull();
  expect(missedAtMs('validation', { type: 'FineTuneLora', deadlineMs: 5 })).toBe(5);
  expect(missedAtMs('queue', { type: 'FineTuneLora', deadlineMs: 5 })).toBeNull();
});
