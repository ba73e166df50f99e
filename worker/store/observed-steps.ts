/** The steps that a task object reports, with the network's own times. Source: RELAY_PROTOCOL 3.2.2, 4.3. */
import { isTerminal, type TaskStatus } from '../../protocol/tasks/status.ts';
import type { RemoteTask } from '../../protocol/wire/task.ts';

export interface ObservedStep {
  readonly status: TaskStatus;
  readonly atMs: number;
  readonly evidence: string;
}

/** Every status that the object proves, in order; its timestamps also show steps that a slow reader missed. */
export function observedSteps(task: RemoteTask, nowMs: number): ObservedStep[] {
  const steps: ObservedStep[] = [];
  const add = (status: TaskStatus, atMs: number | null, evidence: string) => {
    if (atMs !== null && !steps.some((step) => step.status === status)) steps.push({ status, atMs, evidence });
  };
  add('Queued', task.createTimeMs, 'create_time');
  add('Started', task.startTimeMs, 'start_time');
  add(task.error === 'None' ? 'ScoreReady' : 'ErrorReported', task.scoreReadyTimeMs, 'score_ready_time');
  if (task.status === 'EndSuccess') add('Validated', task.validatedTimeMs, 'validated_time');
  if (task.status === 'EndGroupSuccess') add('GroupValidated', task.validatedTimeMs, 'validated_time');
  add(task.status, timeOfStatus(task) ?? nowMs, describe(task));
  return steps;
}

function timeOfStatus(task: RemoteTask): number | null {
  switch (task.status) {
    case 'EndSuccess':
    case 'EndGroupSuccess':
      return task.resultUploadedTimeMs;
    case 'Validated':
    case 'GroupValidated':
    case 'EndInvalidated':
    case 'EndGroupRefund':
    case 'EndAborted':
      return task.validatedTimeMs;
    default:
      return null;
  }
}

function describe(task: RemoteTask): string {
  const parts = ['task object'];
  if (task.score !== '') parts.push(`score ${task.score}`);
  if (task.error !== 'None') parts.push(`task error ${task.error}`);
  if (isTerminal(task.status) && task.abortReason !== 'None') parts.push(`abort reason ${task.abortReason}`);
  return parts.join(', ');
}
