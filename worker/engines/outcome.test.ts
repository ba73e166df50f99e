import { describe, expect, it } from 'vitest';
import { type EngineRole, engineResultSchema } from '../../protocol/engine/messages.ts';
import { judgeResult } from './outcome.ts';

const error = (role: EngineRole, traceback: string) =>
  judgeResult(role, {
    task_name: role,
    task_id_commitment: 'a1',
    result: { status: 'error', traceback, gpu_count: 2 },
  });

describe("what an engine's answer means", () => {
  it.each([
    ['8.7 args invalid', 'inference', 'x\nValueError: Task args invalid\n', 'invalid', false],
    ['8.7 model missing', 'inference', 'x\nValueError: Task model not downloaded\n', 'failed', false],
    ['8.7 args invalid', 'inference', 'Task model not downloaded; Task args invalid', 'invalid', false],
    ['8.7 other error', 'inference', 'torch.cuda.OutOfMemoryError', 'failed', true],
    ['8.7 other error', 'inference', 'task args invalid', 'failed', true],
    ['8.7 other error', 'inference', '', 'failed', true],
    ['8.7 download error', 'download', 'ValueError: Task args invalid', 'failed', false],
    ['8.7 download error', 'download', 'ConnectionError', 'failed', false],
  ] as const)('%s: %s, %j is %s, restart %s', (_rule, role, traceback, kind, restart) => {
    expect(error(role, traceback)).toEqual({ outcome: { kind, traceback, gpuCount: 2 }, restart });
  });

  it('9.2 result: success is success', () => {
    const result = { task_name: 'inference', task_id_commitment: 'a1', result: { status: 'success' } } as const;
    expect(judgeResult('inference', result)).toEqual({ outcome: { kind: 'success' }, restart: false });
  });

  it('9.2 result: an error need not contain a card count', () => {
    const answer = { task_name: 'inference', task_id_commitment: 'a1', result: { status: 'error', traceback: 't' } };
    expect(judgeResult('inference', engineResultSchema.parse(answer)).outcome).toMatchObject({ kind: 'failed', gpuCount: 0 });
  });
});
