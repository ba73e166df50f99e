/**
 * How the embedded engine reports a failed job. Only arguments that every engine would refuse may contain the words
 * that become a report to the network (law 2), so these words are removed from all other texts, whatever a task has put
 * into them.
 */
import { TASK_ARGS_INVALID, TASK_MODEL_NOT_DOWNLOADED } from '../../../protocol/engine/messages.ts';
import { CodedError, ProtocolError } from '../../../protocol/errors.ts';
import { EngineError, isEngineError } from '../errors.ts';

export function tracebackOf(error: unknown): string {
  // For an error with a code, the place in our source is irrelevant; for a bug, it is the most useful part.
  const text = error instanceof CodedError ? `${error.code}: ${error.message}` : unexpectedTraceback(error);
  if (error instanceof ProtocolError && error.code === 'PROTOCOL_BAD_TASK_ARGS') {
    return `ValueError: ${TASK_ARGS_INVALID}\n${withoutVerdictWords(text)}`;
  }
  if (isEngineError(error, 'MODEL_UNKNOWN')) return `ValueError: ${TASK_MODEL_NOT_DOWNLOADED}\n${withoutVerdictWords(text)}`;
  return withoutVerdictWords(text);
}

function unexpectedTraceback(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function withoutVerdictWords(text: string): string {
  return text
    .replaceAll(TASK_ARGS_INVALID, 'Task_args_invalid')
    .replaceAll(TASK_MODEL_NOT_DOWNLOADED, 'Task_model_not_downloaded');
}

/** @throws EngineError ENGINE_UNSUPPORTED */
export function unsupported(what: string): never {
  throw new EngineError('ENGINE_UNSUPPORTED', `${what}: unsupported by this engine`);
}
