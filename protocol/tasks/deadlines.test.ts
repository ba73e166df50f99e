import { describe, expect, it } from 'vitest';
import type { TimedTask } from './deadlines.ts';
import {
  engineDeadlineMs,
  executionTimeoutSeconds,
  isDeadlinePassed,
  phaseDeadline,
  REAL_RELAY_TIMES,
  taskDeadlineMs,
} from './deadlines.ts';
import type { TaskStatus } from './status.ts';
import { isTerminal, TASK_STATUSES } from './status.ts';

const TASK: TimedTask = {
  type: 'Llm',
  status: 'Queued',
  timeoutSeconds: 300,
  createTimeMs: 1_000_000,
  startTimeMs: 2_000_500,
  scoreReadyTimeMs: 3_000_000,
  validatedTimeMs: 4_000_000,
};

const deadlineOf = (status: TaskStatus, change: Partial<TimedTask> = {}) =>
  phaseDeadline({ ...TASK, status, ...change }, REAL_RELAY_TIMES);

describe('the deadline of each phase', () => {
  const executing = { phase: 'execution', deadlineMs: 2_300_500, reason: 'Timeout', feeTo: 'application', penalised: true };
  const validating = {
    phase: 'validation',
    deadlineMs: 3_600_000,
    reason: 'CreatorValidationTimeout',
    feeTo: 'node',
    penalised: false,
  };
  const uploading = {
    phase: 'resultUpload',
    deadlineMs: 4_600_000,
    reason: 'ResultUploadTimeout',
    feeTo: 'application',
    penalised: true,
  };
  const queued = { phase: 'queue', deadlineMs: 22_600_000, reason: 'Timeout', feeTo: 'application', penalised: false };

  it.each([
    ['Queued', queued],
    ['Started', executing],
    ['ParametersUploaded', executing],
    ['ScoreReady', validating],
    ['ErrorReported', validating],
    ['Validated', uploading],
    ['GroupValidated', uploading],
  ] as const)('%s', (status, expected) => {
    expect(deadlineOf(status)).toEqual(expected);
    expect(deadlineOf(status, { type: 'StableDiffusion' })).toEqual(expected);
  });

  it('of a fine-tune task counts from its start throughout, and from its creation while queued', () => {
    const type = 'FineTuneLora';
    expect(deadlineOf('Queued', { type })).toEqual({ ...queued, deadlineMs: 1_480_000 });
    expect(deadlineOf('Started', { type })).toEqual(executing);
    for (const status of ['ScoreReady', 'ErrorReported', 'Validated', 'GroupValidated'] as const) {
      expect(deadlineOf(status, { type })).toMatchObject({
        deadlineMs: 2_300_500,
        reason: 'Timeout',
        feeTo: 'application',
        penalised: false,
      });
    }
  });

  it('is absent for ended tasks and before the phase has begun', () => {
    for (const status of TASK_STATUSES.filter(isTerminal)) expect(deadlineOf(status)).toBeNull();
    expect(deadlineOf('Queued', { createTimeMs: null })).toBeNull();
    expect(deadlineOf('Started', { startTimeMs: null })).toBeNull();
    expect(deadlineOf('ScoreReady', { scoreReadyTimeMs: null })).toBeNull();
    expect(deadlineOf('Validated', { validatedTimeMs: null })).toBeNull();
  });

  it('has passed at exactly its time', () => {
    expect(isDeadlinePassed(99, 100)).toBe(false);
    expect(isDeadlinePassed(100, 100)).toBe(true);
  });
});

describe("a node's view", () => {
  it('drops the fraction of the start second and gives the engine ten more seconds', () => {
    expect(taskDeadlineMs({ startTimeMs: 2_000_999, timeoutSeconds: 300 })).toBe(2_300_000);
    expect(engineDeadlineMs({ startTimeMs: 2_000_999, timeoutSeconds: 300 })).toBe(2_310_000);
  });
});

describe('the execution timeout', () => {
  it.each([
    [1, 60],
    [30, 60],
    [30.1, 61],
    [100, 200],
    [3_600, 7_200],
    [99_999, 7_200],
  ])('%d predicted seconds → %d', (predicted, timeout) => {
    expect(executionTimeoutSeconds(predicted, REAL_RELAY_TIMES)).toBe(timeout);
  });
});
