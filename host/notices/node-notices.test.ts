import { describe, expect, it } from 'vitest';
import { type TaskRow, taskRowSchema } from '../../contract/tasks.ts';
import { noticeOfTask } from './node-notices.ts';

const open = taskRowSchema.parse({
  commitment: `0x${'ab'.repeat(32)}`,
  type: 'Llm',
  modelIds: ['base:a'],
  status: 'Started',
  local: 'executing',
  score: null,
  feeWei: '5',
  paymentWei: null,
  abortReason: '',
  missedDeadline: null,
  error: null,
  startTimeMs: 0,
  deadlineMs: null,
  transitions: [],
  sequence: 1,
  seenMs: 0,
  durationMs: null,
});
const paid: TaskRow = { ...open, status: 'EndSuccess', paymentWei: '4' };
const invalidated: TaskRow = { ...open, status: 'EndInvalidated' };

describe('news of a task', () => {
  it('reports its payment, once', () => {
    expect(noticeOfTask(open, paid)).toBe('payment');
    expect(noticeOfTask(paid, paid)).toBeNull();
  });

  it('reports its invalidation, once', () => {
    expect(noticeOfTask(open, invalidated)).toBe('invalidated');
    expect(noticeOfTask(invalidated, invalidated)).toBeNull();
  });

  it('does not report what had happened before, nor an end without money', () => {
    expect(noticeOfTask(null, paid)).toBeNull();
    expect(noticeOfTask(null, invalidated)).toBeNull();
    expect(noticeOfTask(open, { ...open, status: 'EndAborted' })).toBeNull();
    expect(noticeOfTask(open, { ...paid, paymentWei: '0' })).toBeNull();
  });
});
