/** The log texts for acts on a task: first the act, then its outcome. The window has translations of them. */
import type { EngineOutcome } from '../engines/engine.ts';
import type { Action } from './decide.ts';

type ActKind = Exclude<Action['kind'], 'wait'>;

export const TASK_ACTS = {
  execute: 'starting the execution',
  submitScore: 'submitting the score',
  reportError: 'reporting the task as invalid',
  abort: 'ending the task, whose deadline has passed',
  uploadResult: 'uploading the result',
  alarm: 'something is wrong with a task',
  close: 'closing the task',
} as const satisfies Readonly<Record<ActKind, string>>;

/** Null: there is nothing to add to the act, or the engine reports its outcome. */
export const TASK_OUTCOMES = {
  execute: null,
  submitScore: 'the network accepted the score',
  reportError: 'the network accepted the report',
  abort: 'the network has ended the task',
  uploadResult: 'the network accepted the result',
  alarm: null,
  close: null,
} as const satisfies Readonly<Record<ActKind, string | null>>;

/** Sent, but not yet in a block. */
export const SENT_NOT_MINED = 'it is sent and waits for its block';

export const ENGINE_ANSWERS = {
  success: 'the engine has computed a result',
  invalid: 'the engine found the task invalid',
  failed: 'the execution failed',
  cancelled: 'the execution was cut off',
} as const satisfies Readonly<Record<EngineOutcome['kind'], string>>;
