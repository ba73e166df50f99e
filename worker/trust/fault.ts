/**
 * Who is at fault for the end of a task, by the network's rules. Source: RELAY_PROTOCOL 1.2, 4.3–4.8; CHAIN_PROTOCOL
 * 2.6–2.10, 4.1.
 */
import type { Fault, FaultCode } from '../../contract/trust.ts';
import { findMissedDeadline, type MissedDeadline } from '../../protocol/tasks/missed-deadline.ts';
import type { AbortReason, TaskError, TaskStatus, TaskType } from '../../protocol/tasks/status.ts';

export interface EndedTask {
  readonly commitment: string;
  readonly type: TaskType;
  readonly status: TaskStatus;
  readonly abortReason: AbortReason;
  readonly taskError: TaskError;
  readonly startTimeMs: number | null;
  /** The state before the end; null if unknown. */
  readonly lastStatus: TaskStatus | null;
  /** The relay had received this node's files. */
  readonly isUploaded?: boolean;
  /** A contract has ended it, by its own rules. */
  readonly isOnChain?: boolean;
}

const FAULTS: Readonly<Record<FaultCode, Omit<Fault, 'code'>>> = {
  executionTimedOut: { party: 'thisNode', certainty: 'certain', source: 'RELAY_PROTOCOL 4.4 Execution' },
  uploadTimedOut: { party: 'thisNode', certainty: 'certain', source: 'RELAY_PROTOCOL 4.4 Result upload' },
  argumentsMissing: { party: 'application', certainty: 'presumed', source: 'CHAIN_PROTOCOL 2.6' },
  resultNotReported: { party: 'network', certainty: 'presumed', source: 'CHAIN_PROTOCOL 2.6' },
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

/** Sources of the contracts' own rules. */
const CHAIN_SOURCES: Readonly<Partial<Record<FaultCode, string>>> = {
  executionTimedOut: 'CHAIN_PROTOCOL 2.6',
  uploadTimedOut: 'CHAIN_PROTOCOL 2.6',
  notValidated: 'CHAIN_PROTOCOL 2.6',
  noMajority: 'CHAIN_PROTOCOL 2.9',
  invalidArguments: 'CHAIN_PROTOCOL 2.6',
  minorityScore: 'CHAIN_PROTOCOL 2.9',
  minorityErrorReport: 'CHAIN_PROTOCOL 2.9',
  outvotedByErrors: 'CHAIN_PROTOCOL 2.9',
  slashedForTask: 'CHAIN_PROTOCOL 2.8',
  slashedWithoutTask: 'CHAIN_PROTOCOL 2.8',
  lowQuality: 'CHAIN_PROTOCOL 4.1',
  notTold: 'CHAIN_PROTOCOL 2.1',
};

export function fault(code: FaultCode, isOnChain = false): Fault {
  const known = FAULTS[code];
  return { code, ...known, source: (isOnChain ? CHAIN_SOURCES[code] : undefined) ?? known.source };
}

/** Null for an end that is not a failure, and for a task that has not ended. */
export function faultOfEnd(task: EndedTask): Fault | null {
  const { status, taskError, isOnChain } = task;
  if (status === 'EndInvalidated') return fault(taskError === 'None' ? 'minorityScore' : 'minorityErrorReport', isOnChain);
  return status === 'EndAborted' ? fault(codeOfAbort(task), isOnChain) : null;
}

function codeOfAbort(task: EndedTask): FaultCode {
  const { abortReason, lastStatus, isOnChain = false, isUploaded = false } = task;
  const missed = findMissedDeadline(task);
  // Reporting files that the relay has received is the relay's duty.
  if (missed === 'resultUpload' && isOnChain && isUploaded) return 'resultNotReported';
  if (missed !== null) return FAULT_BY_MISSED_DEADLINE[missed];
  // A contract has only one reason for any result of a validation.
  if (isOnChain && abortReason === 'IncorrectResult' && lastStatus === 'ErrorReported') return 'invalidArguments';
  return FAULT_BY_ABORT_REASON[abortReason];
}

const FAULT_BY_ABORT_REASON: Readonly<Record<AbortReason, FaultCode>> = {
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

const FAULT_BY_MISSED_DEADLINE: Readonly<Record<MissedDeadline, FaultCode>> = {
  queue: 'neverStarted',
  arguments: 'argumentsMissing',
  execution: 'executionTimedOut',
  validation: 'notValidated',
  resultUpload: 'uploadTimedOut',
  group: 'otherMembersMissing',
  unknown: 'timedOutAfterScore',
};
