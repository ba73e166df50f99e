/** Whose fault the end of a task is, by the network's rules. Source: RELAY_PROTOCOL 1.2, 4.3–4.8. */
import type { Fault, FaultCode } from '../../contract/trust.ts';
import { type MissedDeadline, missedDeadline } from '../../protocol/tasks/missed-deadline.ts';
import type { AbortReason, TaskError, TaskStatus, TaskType } from '../../protocol/tasks/status.ts';

export interface EndedTask {
  readonly commitment: string;
  readonly type: TaskType;
  readonly status: TaskStatus;
  readonly abortReason: AbortReason;
  readonly taskError: TaskError;
  readonly startTimeMs: number | null;
  /** The state before the end, null where it is not known. */
  readonly lastStatus: TaskStatus | null;
}

const FAULTS: Readonly<Record<FaultCode, Omit<Fault, 'code'>>> = {
  executionTimedOut: { party: 'thisNode', certainty: 'certain', source: 'RELAY_PROTOCOL 4.4 Execution' },
  uploadTimedOut: { party: 'thisNode', certainty: 'certain', source: 'RELAY_PROTOCOL 4.4 Result upload' },
  timedOutAfterScore: { party: 'undetermined', certainty: 'presumed', source: 'RELAY_PROTOCOL 4.4' },
  neverStarted: { party: 'nobody', certainty: 'certain', source: 'RELAY_PROTOCOL 4.4 Queue' },
  notValidated: { party: 'application', certainty: 'certain', source: 'RELAY_PROTOCOL 4.4 App validation' },
  noMajority: { party: 'undetermined', certainty: 'certain', source: 'RELAY_PROTOCOL 4.6' },
  otherMembersMissing: { party: 'otherNodes', certainty: 'certain', source: 'RELAY_PROTOCOL 4.6 f = 1' },
  invalidArguments: { party: 'application', certainty: 'certain', source: 'RELAY_PROTOCOL 4.3' },
  cancelled: { party: 'application', certainty: 'certain', source: 'RELAY_PROTOCOL 4.5' },
  feeTooLow: { party: 'application', certainty: 'presumed', source: 'RELAY_PROTOCOL 1.2' },
  modelDownloadFailed: { party: 'undetermined', certainty: 'presumed', source: 'RELAY_PROTOCOL 1.2' },
  slashedMeanwhile: { party: 'thisNode', certainty: 'certain', source: 'RELAY_PROTOCOL 4.8' },
  minorityScore: { party: 'thisNode', certainty: 'presumed', source: 'RELAY_PROTOCOL 4.6 f = 3, one pair equal' },
  minorityErrorReport: { party: 'thisNode', certainty: 'presumed', source: 'RELAY_PROTOCOL 4.6 f = 3, one pair equal' },
  outvotedByErrors: { party: 'undetermined', certainty: 'certain', source: 'RELAY_PROTOCOL 4.6, 11.1 #14' },
  againstTheTable: { party: 'network', certainty: 'certain', source: 'RELAY_PROTOCOL 4.6' },
  slashedForTask: { party: 'thisNode', certainty: 'presumed', source: 'RELAY_PROTOCOL 4.8' },
  slashedWithoutTask: { party: 'undetermined', certainty: 'presumed', source: 'RELAY_PROTOCOL 1.3 NodeSlashed' },
  lowQuality: { party: 'thisNode', certainty: 'certain', source: 'RELAY_PROTOCOL 4.7 kickout' },
  notTold: { party: 'undetermined', certainty: 'presumed', source: 'RELAY_PROTOCOL 1.2' },
};

export function fault(code: FaultCode): Fault {
  return { code, ...FAULTS[code] };
}

/** Null for an end that is no failure, and for a task that has not ended. */
export function faultOfEnd(task: EndedTask): Fault | null {
  if (task.status === 'EndInvalidated') return fault(task.taskError === 'None' ? 'minorityScore' : 'minorityErrorReport');
  if (task.status !== 'EndAborted') return null;
  const missed = missedDeadline(task);
  return fault(missed === null ? ABORTED[task.abortReason] : MISSED[missed]);
}

const ABORTED: Readonly<Record<AbortReason, FaultCode>> = {
  None: 'notTold',
  Timeout: 'notTold',
  ModelDownloadFailed: 'modelDownloadFailed',
  IncorrectResult: 'noMajority',
  TaskFeeTooLow: 'feeTooLow',
  GroupTimeout: 'otherMembersMissing',
  ErrorReported: 'invalidArguments',
  CreatorCancelled: 'cancelled',
  CreatorValidationTimeout: 'notValidated',
  ResultUploadTimeout: 'uploadTimedOut',
  NodeSlashed: 'slashedMeanwhile',
};

const MISSED: Readonly<Record<MissedDeadline, FaultCode>> = {
  queue: 'neverStarted',
  execution: 'executionTimedOut',
  validation: 'notValidated',
  resultUpload: 'uploadTimedOut',
  group: 'otherMembersMissing',
  unknown: 'timedOutAfterScore',
};
