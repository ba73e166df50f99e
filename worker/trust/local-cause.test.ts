import { describe, expect, it } from 'vitest';
import type { CaseKind } from '../../contract/trust.ts';
import { type LocalFacts, localCause } from './local-cause.ts';

const DEADLINE = 100_000;

function facts(kind: CaseKind, changes: Partial<LocalFacts>): LocalFacts {
  return {
    kind,
    firstSeenMs: 0,
    deadlineMs: DEADLINE,
    hasScore: false,
    executions: [],
    alarms: [],
    uploadedMs: null,
    uploadRefusals: 0,
    ...changes,
  };
}

const execution = (outcome: LocalFacts['executions'][number]['outcome'], detail = '', endedMs = 50_000) => ({
  outcome,
  detail,
  endedMs,
});

describe('why no score came in time', () => {
  const table: readonly [string, Partial<LocalFacts>, string, string][] = [
    ['the task was seen after its deadline', { firstSeenMs: DEADLINE }, 'seenTooLate', ''],
    ['nothing was executed', {}, 'notExecuted', ''],
    [
      'the engine failed',
      { executions: [execution('failed', 'Traceback\n  line\nRuntimeError: CUDA out of memory\n')] },
      'executionFailed',
      'RuntimeError: CUDA out of memory',
    ],
    [
      'the engine went away',
      { executions: [execution('cancelled', 'disconnected: gone')] },
      'executionCutOff',
      'disconnected: gone',
    ],
    [
      'the engine was stopped at the deadline',
      { executions: [execution('cancelled', 'deadline: x')] },
      'executionTooSlow',
      'deadline: x',
    ],
    ['the engine still runs', { executions: [execution(null)] }, 'executionTooSlow', ''],
    [
      'only the last attempt counts',
      { executions: [execution('cancelled', 'restarted'), execution('failed', 'bang')] },
      'executionFailed',
      'bang',
    ],
    [
      'the error could not be reported',
      { executions: [execution('invalid', 'Task args invalid')] },
      'errorNotReported',
      'Task args invalid',
    ],
    ['the score came too late', { hasScore: true, executions: [execution('scored', '', DEADLINE)] }, 'executionTooSlow', ''],
    ['the score existed but did not get through', { hasScore: true, executions: [execution('scored')] }, 'notSubmitted', ''],
  ];
  it.each(table)('%s', (_, changes, code, detail) => {
    expect(localCause(facts('executionTimeout', changes))).toEqual({ code, detail });
  });
});

describe('why no result came in time', () => {
  const table: readonly [string, Partial<LocalFacts>, string][] = [
    ['never sent', {}, 'notUploaded'],
    ['refused', { uploadRefusals: 3 }, 'uploadRefused'],
    ['files changed on disk', { uploadRefusals: 1, alarms: [{ code: 'RESULT_CHANGED', message: 'x' }] }, 'filesChanged'],
    ['accepted, and yet', { uploadedMs: 5, uploadRefusals: 1 }, 'uploadLost'],
  ];
  it.each(table)('%s', (_, changes, code) => {
    expect(localCause(facts('uploadTimeout', { hasScore: true, ...changes })).code).toBe(code);
  });
});

it("another node's verdict has no cause here, and details are short", () => {
  for (const kind of ['invalidated', 'slashed', 'kickedOut'] as const) expect(localCause(facts(kind, {})).code).toBe('none');
  const long = localCause(facts('executionTimeout', { executions: [execution('failed', 'x'.repeat(10_000))] }));
  expect(long.detail).toHaveLength(500);
});
