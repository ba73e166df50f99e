/**
 * The node's decision about one task: a pure function of what the network reported in this cycle and what the store
 * contains. Reference behaviour: RELAY_PROTOCOL 8.5; the laws are those of SECURITY.md.
 */
import type { Hex } from '../../protocol/hex.ts';
import { isDeadlinePassed, taskDeadlineMs } from '../../protocol/tasks/deadlines.ts';
import { isTerminal, type TaskStatus } from '../../protocol/tasks/status.ts';
import { sameAddress } from '../../protocol/wire/fields.ts';
import type { RemoteTask } from '../../protocol/wire/task.ts';
import type { NetworkRules } from '../networks/network-rules.ts';
import type { NetworkTask } from '../networks/task-network.ts';
import type { LocalRecord } from '../store/local-record.ts';

/** The number of complete executions that may be started for one task, over all engine lifetimes. */
export const MAX_ATTEMPTS = 3;

/** A repeated execution needs at least this fraction of the task's timeout before its deadline. */
const MIN_TIME_LEFT_TO_REPEAT = 0.2;

export type EngineView =
  /** Law 7: this network does not accept the engine. */
  { readonly kind: 'notAccepted' } | { readonly kind: 'notReady' } | { readonly kind: 'ready'; readonly lifetime: string };

export type WaitReason =
  | 'closed'
  | 'notFound'
  | 'notSelected'
  | 'verdictConflict'
  | 'queued'
  | 'noStartTime'
  | 'deadlinePassed'
  /** The deadline has passed, and one of the next blocks will accept the node's abort. */
  | 'expiring'
  /** The arguments have not arrived yet. */
  | 'awaitingArguments'
  /** The network does not accept the verdict yet. */
  | 'reportNotAccepted'
  /** An end that a reorganisation may still revert. */
  | 'awaitingFinality'
  | 'executing'
  | 'silent'
  | 'attemptsSpent'
  | 'lifetimeSpent'
  | 'tooLateToRepeat'
  | 'engineNotAccepted'
  | 'engineNotReady'
  | 'awaitingValidation'
  | 'awaitingEnd'
  | 'nothingToUpload'
  | 'contradiction'
  | 'unknownStatus';

type AlarmCode = 'REMOTE_SCORE_CONFLICT' | 'REMOTE_SCORE_UNKNOWN';

export type Action =
  | { readonly kind: 'execute'; readonly lifetime: string }
  | { readonly kind: 'submitScore' }
  | { readonly kind: 'reportError' }
  | { readonly kind: 'uploadResult' }
  /** Set on a network that does not end tasks itself: the node must do so. */
  | { readonly kind: 'abort' }
  | { readonly kind: 'alarm'; readonly code: AlarmCode; readonly message: string }
  | { readonly kind: 'close'; readonly as: TaskStatus | 'notFound' }
  | { readonly kind: 'wait'; readonly reason: WaitReason };

export interface DecideInput {
  readonly remote: NetworkTask | 'notFound';
  readonly rules: NetworkRules;
  readonly local: LocalRecord;
  /** Codes of the alarms that are already recorded for this task. */
  readonly alarms: readonly string[];
  /** Deadline from the last task object that was seen, epoch ms; only used if the network no longer knows the task. */
  readonly knownDeadlineMs: number | null;
  readonly engine: EngineView;
  readonly self: Hex;
  /** The network's time, epoch ms. */
  readonly nowMs: number;
}

const wait = (reason: WaitReason): Action => ({ kind: 'wait', reason });

export function decide(input: DecideInput): Action {
  const { remote, local } = input;
  if (local.kind === 'closed') return wait('closed');
  if (remote === 'notFound') return decideNotFound(input);
  if (remote.selectedNode === null || !sameAddress(remote.selectedNode, input.self)) {
    return isTerminal(remote.status) ? { kind: 'close', as: remote.status } : wait('notSelected');
  }
  const alarm = verdictAlarm(remote, local);
  if (alarm !== null && !input.alarms.includes(alarm.code)) return alarm;
  if (isTerminal(remote.status)) return decideEnded(remote, input, alarm !== null);
  if (isExpired(remote, input.rules)) return { kind: 'abort' };
  if (alarm !== null) return wait('verdictConflict');
  switch (remote.status) {
    case 'Queued':
      return wait('queued');
    case 'Started':
    case 'ParametersUploaded':
      return decideStarted(remote, input);
    case 'ScoreReady':
    case 'ErrorReported':
      return wait('awaitingValidation');
    case 'Validated':
    case 'GroupValidated':
      if (local.kind === 'scored') return { kind: 'uploadResult' };
      return wait(local.kind === 'uploaded' ? 'awaitingEnd' : 'nothingToUpload');
    default:
      return wait('unknownStatus');
  }
}

/** One answer "not found" before the deadline may be a temporary failure; after the deadline nothing can be lost. */
function decideNotFound({ knownDeadlineMs, nowMs }: DecideInput): Action {
  if (knownDeadlineMs !== null && !isDeadlinePassed(nowMs, knownDeadlineMs)) return wait('notFound');
  return { kind: 'close', as: 'notFound' };
}

/** An invalidated result is offered once: it is the evidence in a later review of the slash. */
function decideEnded(remote: NetworkTask, { local, rules }: DecideInput, conflict: boolean): Action {
  if (remote.block?.isFinal === false) return wait('awaitingFinality');
  const isOffered = remote.status === 'EndInvalidated' && local.kind === 'scored' && !local.uploadRefused && !conflict;
  return isOffered && rules.takesEvidence ? { kind: 'uploadResult' } : { kind: 'close', as: remote.status };
}

/** Strictly after the deadline, by the time of the block that was read: at exactly that time the contract still refuses. */
function isExpired({ status, block, startTimeMs, timeoutSeconds }: NetworkTask, { expiry }: NetworkRules): boolean {
  if (expiry === null || block === undefined || startTimeMs === null || status === 'Queued') return false;
  const graceMs = status === 'Validated' || status === 'GroupValidated' ? expiry.uploadGraceSeconds * 1000 : 0;
  return block.timeMs > taskDeadlineMs({ startTimeMs, timeoutSeconds }) + graceMs;
}

function decideStarted(remote: NetworkTask, input: DecideInput): Action {
  const { local, nowMs, rules } = input;
  if (remote.startTimeMs === null) return wait('noStartTime');
  const deadlineMs = taskDeadlineMs({ startTimeMs: remote.startTimeMs, timeoutSeconds: remote.timeoutSeconds });
  if (local.kind !== 'executing' && isDeadlinePassed(nowMs, deadlineMs)) {
    return wait(rules.expiry === null ? 'deadlinePassed' : 'expiring');
  }
  // A verdict with a status that has none yet; it is ours, or it would have raised an alarm.
  if (remoteVerdict(remote) !== null) return wait('contradiction');
  switch (local.kind) {
    case 'scored':
      return rules.reportsIn.includes(remote.status) ? { kind: 'submitScore' } : wait('reportNotAccepted');
    case 'invalid':
      return rules.reportsIn.includes(remote.status) ? { kind: 'reportError' } : wait('reportNotAccepted');
    case 'failed':
      return wait('silent');
    case 'executing':
      return wait('executing');
    case 'new':
      if (rules.argsFollow && !hasInputs(remote)) return wait('awaitingArguments');
      return decideExecution(local.spentLifetimes, input, (deadlineMs - nowMs) / 1000 / remote.timeoutSeconds);
    default:
      return wait('contradiction');
  }
}

/** The checkpoint of a fine-tune task is available only after the network has confirmed it. */
function hasInputs({ taskArgs, type, status }: RemoteTask): boolean {
  return taskArgs !== '' && (type !== 'FineTuneLora' || status === 'ParametersUploaded');
}

function decideExecution(spent: readonly string[], { engine }: DecideInput, timeLeftShare: number): Action {
  if (engine.kind === 'notAccepted') return wait('engineNotAccepted');
  if (spent.length >= MAX_ATTEMPTS) return wait('attemptsSpent');
  if (spent.length > 0 && timeLeftShare < MIN_TIME_LEFT_TO_REPEAT) return wait('tooLateToRepeat');
  if (engine.kind === 'notReady') return wait('engineNotReady');
  if (spent.includes(engine.lifetime)) return wait('lifetimeSpent');
  return { kind: 'execute', lifetime: engine.lifetime };
}

type Alarm = Extract<Action, { kind: 'alarm' }>;

/** The network shows a verdict in our name that differs from the one on disk. */
function verdictAlarm(remote: RemoteTask, local: LocalRecord): Alarm | null {
  if (local.kind === 'closed') return null;
  const shown = remoteVerdict(remote);
  if (shown === null) return null;
  const ours = localVerdict(local);
  if (shown === ours) return null;
  const known = ours === null ? 'nothing of the kind' : ours;
  return {
    kind: 'alarm',
    code: ours === null ? 'REMOTE_SCORE_UNKNOWN' : 'REMOTE_SCORE_CONFLICT',
    message: `the network shows ${shown} for this task, this node recorded ${known}`,
  };
}

function remoteVerdict(remote: RemoteTask): string | null {
  if (remote.error !== 'None') return 'an error report';
  if (remote.score !== '') return `the score ${remote.score}`;
  const needsScore = remote.status === 'ScoreReady' || remote.status === 'Validated' || remote.status === 'GroupValidated';
  return needsScore ? 'an empty score' : null;
}

function localVerdict(local: LocalRecord): string | null {
  switch (local.kind) {
    case 'scored':
    case 'uploaded':
      return `the score ${local.score}`;
    case 'invalid':
      return 'an error report';
    default:
      return null;
  }
}
