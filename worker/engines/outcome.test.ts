import { describe, expect, it } from 'vitest';
import type { EngineRole } from '../../protocol/engine/messages.ts';
import { judgeResult } from './outcome.ts';

const error = (role: EngineRole, traceback: string) =>
  judgeResult(role, {
    task_name: role,
    task_id_commitment: 'a1',
    result: { status: 'error', traceback, gpu_count: 2 },
  });

describe('what an answer of the engine means', () => {
  it.each([
    ['inference', 'x\nValueError: Task args invalid\n', 'invalid', false],
    ['inference', 'x\nValueError: Task model not downloaded\n', 'failed', false],
    ['inference', 'Task model not downloaded; Task args invalid', 'invalid', false],
    ['inference', 'torch.cuda.OutOfMemoryError', 'failed', true],
    ['inference', 'task args invalid', 'failed', true],
    ['inference', '', 'failed', true],
    ['download', 'ValueError: Task args invalid', 'failed', false],
    ['download', 'ConnectionError', 'failed', false],
  ] as const)('%s: %j is %s, restart %s', (role, traceback, kind, restart) => {
    expect(error(role, traceback)).toEqual({ outcome: { kind, traceback, gpuCount: 2 }, restart });
  });

  it('success is success', () => {
    const result = { task_name: 'inference', task_id_commitment: 'a1', result: { status: 'success' } } as const;
    expect(judgeResult('inference', result)).toEqual({ outcome: { kind: 'success' }, restart: false });
  });
});
