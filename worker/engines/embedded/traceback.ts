/**
 * How the embedded engine says that a job failed. Only arguments that every engine would refuse may carry the words
 * that become a report to the network (law 2), so no other text ever does, whatever a task has put into it.
 */
import { TASK_ARGS_INVALID, TASK_MODEL_NOT_DOWNLOADED } from '../../../protocol/engine/messages.ts';
import { CodedError, ProtocolError } from '../../../protocol/errors.ts';
import { EngineError, isEngineError } from '../errors.ts';

export function tracebackOf(error: unknown): string {
  // Of an error with a code the place in our source says nothing; of a bug it says most.
  const text = error instanceof CodedError ? `${error.code}: ${error.message}` : unexpected(error);
  if (error instanceof ProtocolError && error.code === 'PROTOCOL_BAD_TASK_ARGS') {
    return `ValueError: ${TASK_ARGS_INVALID}\n${neutral(text)}`;
  }
  if (isEngineError(error, 'MODEL_UNKNOWN')) return `ValueError: ${TASK_MODEL_NOT_DOWNLOADED}\n${neutral(text)}`;
  return neutral(text);
}

function unexpected(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function neutral(text: string): string {
  return text
    .replaceAll(TASK_ARGS_INVALID, 'Task_args_invalid')
    .replaceAll(TASK_MODEL_NOT_DOWNLOADED, 'Task_model_not_downloaded');
}

/** @throws EngineError ENGINE_UNSUPPORTED */
export function unsupported(what: string): never {
  throw new EngineError('ENGINE_UNSUPPORTED', `${what}: unsupported by this engine`);
}
