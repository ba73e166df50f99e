import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TASK_ARGS_INVALID, TASK_MODEL_NOT_DOWNLOADED } from '../../../protocol/engine/messages.ts';
import { ProtocolError } from '../../../protocol/errors.ts';
import { EngineError } from '../errors.ts';
import { tracebackOf } from './traceback.ts';

describe('the traceback of a failed job', () => {
  it('blames the arguments only for arguments', () => {
    expect(tracebackOf(new ProtocolError('PROTOCOL_BAD_TASK_ARGS', 'seed: expected integer'))).toBe(
      'ValueError: Task args invalid\nPROTOCOL_BAD_TASK_ARGS: seed: expected integer',
    );
    expect(tracebackOf(new EngineError('MODEL_UNKNOWN', 'model x'))).toBe(
      'ValueError: Task model not downloaded\nMODEL_UNKNOWN: model x',
    );
    expect(tracebackOf(new EngineError('ENGINE_UNSUPPORTED', 'num_beams: unsupported by this engine'))).toBe(
      'ENGINE_UNSUPPORTED: num_beams: unsupported by this engine',
    );
  });

  it('never blames the arguments because a task mentions that (law 2)', () => {
    const words = fc.constantFrom(TASK_ARGS_INVALID, TASK_MODEL_NOT_DOWNLOADED, 'Task args ', 'invalid', 'Task ', '\n', 'x');
    const text = fc.array(words, { maxLength: 8 }).map((parts) => parts.join(''));
    const error = fc.oneof(
      text.map((message) => new Error(message)),
      text,
      text.map((message) => new EngineError('ENGINE_UNSUPPORTED', message)),
      text.map((message) => new ProtocolError('PROTOCOL_BAD_MESSAGE', message)),
      text.map((message) => new EngineError('MODEL_UNKNOWN', message)),
    );
    fc.assert(fc.property(error, (thrown) => !tracebackOf(thrown).includes(TASK_ARGS_INVALID)));
  });
});
