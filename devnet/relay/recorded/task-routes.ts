/** Task routes by the names in the recordings, and what every walk through them requests. */
import type { Hex } from '../../../protocol/hex.ts';
import { type Actor, llmResult } from '../testing/harness.ts';

export const CREATE = 'POST /v1/inference_tasks/:task_id_commitment';
export const TASK = 'GET /v1/inference_tasks/:task_id_commitment';
export const SCORE = 'POST /v1/inference_tasks/:task_id_commitment/score';
export const ERROR = 'POST /v1/inference_tasks/:task_id_commitment/task_error';
export const ABORT = 'POST /v1/inference_tasks/:task_id_commitment/abort_reason';
export const RESULTS = 'POST /v1/inference_tasks/:task_id_commitment/results';
export const RESULT = 'GET /v1/inference_tasks/:task_id_commitment/results/:index';
export const RESULT_CHECKPOINT = 'GET /v1/inference_tasks/:task_id_commitment/results/checkpoint';
export const CHECKPOINT = 'GET /v1/inference_tasks/:task_id_commitment/checkpoint';
export const SELECTED = 'GET /v1/inference_tasks/:task_id_commitment/selected_node';
export const VALIDATE = 'POST /v1/inference_tasks/validate';
export const EVENTS = 'GET /v1/events';
export const TRACE = 'GET /v2/node/:address/qos/tracing';
export const DIAGNOSIS = 'POST /v2/tasks/:task_id_commitment/node_error';

export const UNKNOWN: Hex = `0x${'00'.repeat(32)}`;
export const url = (commitment: string, rest = '') => `/v1/inference_tasks/${commitment}${rest}`;
export const read = (actor: Actor, commitment: string, rest = '') =>
  actor.get(url(commitment, rest), { task_id_commitment: commitment });
/** The answer of the model, and an image. */
export const TEXT = llmResult('a haiku');

export const abort = (actor: Actor, commitment: string, abort_reason = 7) =>
  actor.post(url(commitment, '/abort_reason'), { task_id_commitment: commitment, abort_reason });
