/** Which deadline ended an aborted task, and so who was late. Source: RELAY_PROTOCOL 1.2, 4.4, 4.6; CHAIN_PROTOCOL 2.6. */
import type { TaskPhase } from './deadlines.ts';
import type { AbortReason, TaskStatus, TaskType } from './status.ts';

/**
 * `arguments`: on a chain, the application provided none for a started task; `group`: the other members of the group were
 * late; `unknown`: a deadline that does not fit any phase in which the task was seen.
 */
export const MISSED_DEADLINES = ['queue', 'arguments', 'execution', 'validation', 'resultUpload', 'group', 'unknown'] as const;
export type MissedDeadline = TaskPhase | 'arguments' | 'group' | 'unknown';

export interface AbortedTask {
  readonly type: TaskType;
  readonly status: TaskStatus;
  /** As reported; an unknown one does not count as a time-out. */
  readonly abortReason: AbortReason | (string & {});
  readonly startTimeMs: number | null;
  /** The state before the end, null if unknown. */
  readonly lastStatus: TaskStatus | null;
  /** Its deadline is the contract's single one. */
  readonly isOnChain?: boolean;
}

/** Null if no deadline ended the task. */
export function findMissedDeadline(task: AbortedTask): MissedDeadline | null {
  if (task.status !== 'EndAborted') return null;
  switch (task.abortReason) {
    case 'Timeout':
      return findMissedPhase(task);
    case 'GroupTimeout':
      return 'group';
    case 'CreatorValidationTimeout':
      return 'validation';
    case 'ResultUploadTimeout':
      return 'resultUpload';
    default:
      return null;
  }
}

/** Fine-tune tasks and those on a chain have one deadline for everything, so the reason alone does not tell who was late. */
function findMissedPhase({ type, startTimeMs, lastStatus, isOnChain = false }: AbortedTask): MissedDeadline {
  if (startTimeMs === null) return 'queue';
  if (isOnChain && lastStatus === 'Started') return 'arguments';
  if (isOnChain && lastStatus === null) return 'unknown';
  const scored = lastStatus === 'ScoreReady' || lastStatus === 'ErrorReported';
  const validated = lastStatus === 'Validated' || lastStatus === 'GroupValidated';
  if (!scored && !validated) return 'execution';
  if (type !== 'FineTuneLora' && !isOnChain) return 'unknown';
  return validated ? 'resultUpload' : 'validation';
}

/** The furthest state that was seen before the end; null for none. */
export function lastStatusBeforeEnd(transitions: readonly { readonly status: TaskStatus }[]): TaskStatus | null {
  return STATUSES_IN_ORDER.findLast((status) => transitions.some((step) => step.status === status)) ?? null;
}

/** The missed due time, as far as a node can know it; the network keeps the times of the other deadlines to itself. */
export function missedAtMs(missed: MissedDeadline, task: { readonly deadlineMs: number | null; readonly type: TaskType }) {
  if (missed === 'execution') return task.deadlineMs;
  return task.type === 'FineTuneLora' && (missed === 'validation' || missed === 'resultUpload') ? task.deadlineMs : null;
}

const STATUSES_IN_ORDER: readonly TaskStatus[] = [
  'Queued',
  'Started',
  'ParametersUploaded',
  'ErrorReported',
  'ScoreReady',
  'Validated',
  'GroupValidated',
];
