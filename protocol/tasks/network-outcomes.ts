/** The outcome of a validation group on a real relay or contract. Source: RELAY_PROTOCOL 4.6; CHAIN_PROTOCOL 2.9. */
import { scoresEqual } from '../scores/score.ts';
import type { Group, GroupTask } from './group-validation.ts';
import { assertValidatable, RANK_PAIRS } from './group-validation.ts';
import type { AbortReason, TaskStatus } from './status.ts';

export type NetworkOutcome =
  | {
      readonly kind: 'settled';
      readonly next: Readonly<Record<string, TaskStatus>>;
      /** Reasons of the members that this validation aborted. */
      readonly abortReasons: Readonly<Record<string, AbortReason>>;
    }
  /** The network refuses; nothing changes. */
  | { readonly kind: 'refused'; readonly message: string };

/**
 * The relay's code, tasks in rank order.
 * @param group.abortReasons reasons of members that were already aborted, by id
 */
export function relayGroupOutcome(
  group: Group & { readonly abortReasons?: Readonly<Record<string, AbortReason>> },
): NetworkOutcome {
  assertValidatable(group.tasks);
  const expired = group.tasks.some((task) => isAborted(task) && group.abortReasons?.[task.id] === 'CreatorValidationTimeout');
  if (expired) return { kind: 'refused', message: 'task group validation expired' };
  const finished = group.tasks.filter((task) => !isAborted(task));
  if (isThreeErrors(finished)) return { kind: 'refused', message: 'illegal previous task status' };
  return settledOutcome(group, finished, finished.length === 1 ? 'GroupTimeout' : 'IncorrectResult');
}

/**
 * The contract's code, tasks in argument order (which the contract uses as rank).
 * @param group.startedIds members that had a node when they were aborted
 */
export function contractGroupOutcome(group: Group & { readonly startedIds?: readonly string[] }): NetworkOutcome {
  assertValidatable(group.tasks);
  const released = group.tasks.some((task) => isAborted(task) && group.startedIds?.includes(task.id));
  if (released) return { kind: 'refused', message: 'Wrong task' };
  const finished = group.tasks.filter((task) => !isAborted(task));
  const outcome = settledOutcome(group, finished, 'IncorrectResult');
  const third = group.tasks[2].id;
  if (outcome.kind === 'refused' || !isThreeErrors(finished)) return outcome;
  const { [third]: _, ...abortReasons } = outcome.abortReasons;
  return { kind: 'settled', next: { ...outcome.next, [third]: 'EndGroupRefund' }, abortReasons };
}

/** The decision both networks share: `finished` are the members not aborted, in order. */
function settledOutcome(group: Group, finished: readonly GroupTask[], reason: AbortReason): NetworkOutcome {
  const next = decideStatuses(group, finished);
  const aborted = finished.filter((_, i) => next[i] === 'EndAborted');
  const statuses = new Map(finished.map((task, i) => [task.id, next[i] ?? 'EndAborted']));
  return {
    kind: 'settled',
    next: Object.fromEntries(group.tasks.map((task) => [task.id, statuses.get(task.id) ?? 'EndAborted'])),
    abortReasons: Object.fromEntries(aborted.map((task) => [task.id, reason])),
  };
}

function decideStatuses(group: Group, finished: readonly GroupTask[]): TaskStatus[] {
  const next = finished.map((): TaskStatus => 'EndAborted');
  for (const [first, second, other] of RANK_PAIRS) {
    if (!agree(group, finished[first], finished[second])) continue;
    const errors = finished[first]?.status === 'ErrorReported';
    const all = agree(group, finished[first], finished[other]);
    if (!errors) {
      next[first] = 'GroupValidated';
      next[second] = 'EndGroupRefund';
    }
    // Two equal errors invalidate a third that differs, but abort with a third that is missing.
    if (finished[other] !== undefined) next[other] = all ? (errors ? 'EndAborted' : 'EndGroupRefund') : 'EndInvalidated';
    return next;
  }
  return next;
}

/** Two error reports are equal; otherwise the scores are compared. */
function agree(group: Group, a: GroupTask | undefined, b: GroupTask | undefined): boolean {
  if (a === undefined || b === undefined || a.status !== b.status) return false;
  if (a.status === 'ErrorReported') return true;
  return a.score !== null && b.score !== null && scoresEqual(group.taskType, a.score, b.score, group.distanceThreshold);
}

function isAborted(task: GroupTask): boolean {
  return task.status === 'EndAborted';
}

function isThreeErrors(finished: readonly GroupTask[]): boolean {
  return finished.length === 3 && finished.every((task) => task.status === 'ErrorReported');
}
