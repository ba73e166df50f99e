/** When a phase of a task times out, and what happens then. Source: RELAY_PROTOCOL 4.4, 8.5. */
import type { AbortReason, TaskStatus, TaskType } from './status.ts';
import { isTerminal } from './status.ts';

/** All values except the factor are in seconds. */
export interface NetworkTimes {
  readonly queue: number;
  /** Fine-tune tasks queue for this plus their own timeout. */
  readonly fineTuneQueueGrace: number;
  /** Execution timeout = predicted seconds × this, between minimum and maximum. */
  readonly executionFactor: number;
  readonly executionMin: number;
  readonly executionMax: number;
  /** The application's time to validate after a score or an error. */
  readonly validation: number;
  /** The node's time to upload after validation. */
  readonly resultUpload: number;
  /** How often the relay checks for passed deadlines. */
  readonly scan: number;
}

export const REAL_RELAY_TIMES: NetworkTimes = {
  queue: 21_600,
  fineTuneQueueGrace: 180,
  executionFactor: 2,
  executionMin: 60,
  executionMax: 7_200,
  validation: 600,
  resultUpload: 600,
  scan: 2,
};

/** How long the engine may continue after the task's deadline before it is stopped. */
const ENGINE_GRACE_SECONDS = 10;

/** The fields of a task that deadlines depend on; those of a `RemoteTask`. */
export interface TimedTask {
  readonly type: TaskType;
  readonly status: TaskStatus;
  readonly timeoutSeconds: number;
  readonly createTimeMs: number | null;
  readonly startTimeMs: number | null;
  readonly scoreReadyTimeMs: number | null;
  readonly validatedTimeMs: number | null;
}

export type TaskPhase = 'queue' | 'execution' | 'validation' | 'resultUpload';

export interface PhaseDeadline {
  readonly phase: TaskPhase;
  readonly deadlineMs: number;
  readonly reason: AbortReason;
  /** Who gets the fee from the relay when the deadline passes. */
  readonly feeTo: 'application' | 'node';
  /** True if it lowers the node's health. */
  readonly penalised: boolean;
}

/** Seconds a node gets for an SD or LLM task; a fine-tune task brings its own timeout. */
export function executionTimeoutSeconds(predictedSeconds: number, times: NetworkTimes): number {
  return Math.ceil(Math.min(Math.max(times.executionFactor * predictedSeconds, times.executionMin), times.executionMax));
}

export function queueDeadlineMs(
  task: Pick<TimedTask, 'type' | 'timeoutSeconds'> & { readonly createTimeMs: number },
  times: NetworkTimes,
): number {
  const seconds = task.type === 'FineTuneLora' ? times.fineTuneQueueGrace + task.timeoutSeconds : times.queue;
  return task.createTimeMs + seconds * 1000;
}

/** The deadline as a node computes it: whole seconds of the start time plus the timeout. */
export function taskDeadlineMs(task: { readonly startTimeMs: number; readonly timeoutSeconds: number }): number {
  return (Math.floor(task.startTimeMs / 1000) + task.timeoutSeconds) * 1000;
}

/** When a node stops the engine. */
export function engineDeadlineMs(task: { readonly startTimeMs: number; readonly timeoutSeconds: number }): number {
  return taskDeadlineMs(task) + ENGINE_GRACE_SECONDS * 1000;
}

/** What the relay's scan will do with the task, and when; null if the task is terminal or its phase has no start time. */
export function phaseDeadline(task: TimedTask, times: NetworkTimes): PhaseDeadline | null {
  const { status, createTimeMs } = task;
  if (isTerminal(status)) return null;
  if (status === 'Queued') {
    if (createTimeMs === null) return null;
    return endWithRefund('queue', queueDeadlineMs({ ...task, createTimeMs }, times), 'Timeout');
  }
  const executing = status === 'Started' || status === 'ParametersUploaded';
  if (executing || task.type === 'FineTuneLora') {
    const phase = executing ? 'execution' : awaitsUpload(status) ? 'resultUpload' : 'validation';
    const deadline = addSeconds(task.startTimeMs, task.timeoutSeconds);
    return deadline === null ? null : { ...endWithRefund(phase, deadline, 'Timeout'), penalised: executing };
  }
  if (awaitsUpload(status)) {
    const deadline = addSeconds(task.validatedTimeMs, times.resultUpload);
    return deadline === null ? null : { ...endWithRefund('resultUpload', deadline, 'ResultUploadTimeout'), penalised: true };
  }
  const deadline = addSeconds(task.scoreReadyTimeMs, times.validation);
  return deadline === null ? null : { ...endWithRefund('validation', deadline, 'CreatorValidationTimeout'), feeTo: 'node' };
}

/** A relay's deadline has passed at exactly its time; a contract's only after it. */
export function isDeadlinePassed(nowMs: number, deadlineMs: number): boolean {
  return nowMs >= deadlineMs;
}

function awaitsUpload(status: TaskStatus): boolean {
  return status === 'Validated' || status === 'GroupValidated';
}

function addSeconds(fromMs: number | null, seconds: number): number | null {
  return fromMs === null ? null : fromMs + seconds * 1000;
}

function endWithRefund(phase: TaskPhase, deadlineMs: number, reason: AbortReason): PhaseDeadline {
  return { phase, deadlineMs, reason, feeTo: 'application', penalised: false };
}
