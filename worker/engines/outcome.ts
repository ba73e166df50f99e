/** The meaning of an engine's answer. Source: RELAY_PROTOCOL 8.7. */
import type { EngineResult, EngineRole } from '../../protocol/engine/messages.ts';
import { TASK_ARGS_INVALID, TASK_MODEL_NOT_DOWNLOADED } from '../../protocol/engine/messages.ts';
import type { EngineOutcome } from './engine.ts';

export interface JudgedResult {
  readonly outcome: EngineOutcome;
  /** The engine may be in a bad state, so it is restarted. */
  readonly restart: boolean;
}

export function judgeResult(role: EngineRole, { result }: EngineResult): JudgedResult {
  if (result.status === 'success') return { outcome: { kind: 'success' }, restart: false };
  const { traceback, gpu_count: gpuCount } = result;
  if (role === 'download') return { outcome: { kind: 'failed', traceback, gpuCount }, restart: false };
  if (traceback.includes(TASK_ARGS_INVALID)) return { outcome: { kind: 'invalid', traceback, gpuCount }, restart: false };
  return { outcome: { kind: 'failed', traceback, gpuCount }, restart: !traceback.includes(TASK_MODEL_NOT_DOWNLOADED) };
}
