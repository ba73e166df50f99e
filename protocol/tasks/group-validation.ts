/**
 * The 14-row group validation table. Source: the documented table, CHAIN_PROTOCOL 2.10. `deviations.ts` lists where real
 * networks deviate.
 */
import { ProtocolError } from '../errors.ts';
import { scoresEqual } from '../scores/score.ts';
import type { TaskAction } from './actions.ts';
import { actionsFor } from './actions.ts';
import type { TaskStatus, TaskType } from './status.ts';

export interface GroupTask {
  readonly id: string;
  /** ScoreReady, ErrorReported or EndAborted. */
  readonly status: TaskStatus;
  /** 0x-hex; required if ScoreReady, ignored otherwise. */
  readonly score: string | null;
}

/** Three tasks in rank order, best first. */
export type GroupTasks = readonly [GroupTask, GroupTask, GroupTask];

export interface Group {
  readonly taskType: TaskType;
  /** In bits; two image hashes are near if fewer bits differ. */
  readonly distanceThreshold: number;
  readonly tasks: GroupTasks;
}

export interface GroupOutcome {
  /** The table's row: A, B, C distinct scores, then E = ErrorReported, X = EndAborted; for example `AAB`. */
  readonly row: string;
  readonly next: Readonly<Record<string, TaskStatus>>;
  /**
   * Actions of the state that each member ends in, according to the table. The actions of a member that was already aborted
   * were carried out then; `actionsDue` tells which are still due.
   */
  readonly actions: Readonly<Record<string, readonly TaskAction[]>>;
}

/** Indices into the three tasks. */
interface EqualPair {
  readonly winner: number;
  readonly equal: number;
  readonly third: number;
  /** The third also equals the winner. */
  readonly all: boolean;
}

/** Winner, the member that equals it, and the third, in the order in which pairs are compared. */
export const RANK_PAIRS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 2, 0],
] as const;

/**
 * The first equal pair of scores in the order 1–2, 1–3, 2–3, or null. Near-equality of images is not
 * transitive: the third belongs to the pair only when it equals the pair's winner.
 */
function firstEqualPair({ taskType, distanceThreshold, tasks }: Group): EqualPair | null {
  const equal = (i: number, j: number): boolean => {
    const a = scoreOf(tasks[i]);
    const b = scoreOf(tasks[j]);
    return a !== null && b !== null && scoresEqual(taskType, a, b, distanceThreshold);
  };
  for (const [winner, other, third] of RANK_PAIRS) {
    if (equal(winner, other)) return { winner, equal: other, third, all: equal(winner, third) };
  }
  return null;
}

/**
 * The next state of each member of a validation group.
 * @throws ProtocolError PROTOCOL_BAD_GROUP (status, missing score, repeated id), PROTOCOL_BAD_HEX
 */
export function validateGroup(group: Group): GroupOutcome {
  assertValidatable(group.tasks);
  const pair = firstEqualPair(group);
  const statuses = pair === null ? noMajorityOutcome(group.tasks) : majorityOutcome(group.tasks, pair);
  const entries = group.tasks.map((task, i): [string, TaskStatus] => [task.id, statuses[i] ?? 'EndAborted']);
  return {
    row: rowOf(group.tasks, pair),
    next: Object.fromEntries(entries),
    actions: Object.fromEntries(entries.map(([id, status]) => [id, actionsFor(status)])),
  };
}

function majorityOutcome(tasks: GroupTasks, pair: EqualPair): TaskStatus[] {
  return tasks.map((task, i) => {
    if (i === pair.winner) return 'GroupValidated';
    if (i === pair.equal || pair.all) return 'EndGroupRefund';
    return task.status === 'EndAborted' ? 'EndAborted' : 'EndInvalidated';
  });
}

/** No two members agree: all are aborted, except that a score against two reported errors is invalidated. */
function noMajorityOutcome(tasks: GroupTasks): TaskStatus[] {
  const errors = tasks.filter((task) => task.status === 'ErrorReported').length;
  return tasks.map((task) => (errors === 2 && task.status === 'ScoreReady' ? 'EndInvalidated' : 'EndAborted'));
}

function rowOf(tasks: GroupTasks, pair: EqualPair | null): string {
  const scored = tasks.filter((task) => task.status === 'ScoreReady').length;
  const letters = pair === null ? 'ABC'.slice(0, scored) : pair.all ? 'AAA' : scored === 3 ? 'AAB' : 'AA';
  const errors = tasks.filter((task) => task.status === 'ErrorReported').length;
  return letters + 'E'.repeat(errors) + 'X'.repeat(3 - scored - errors);
}

function scoreOf(task: GroupTask | undefined): string | null {
  return task?.status === 'ScoreReady' ? task.score : null;
}

export function assertValidatable(tasks: GroupTasks): void {
  for (const task of tasks) {
    const validatable = task.status === 'ScoreReady' || task.status === 'ErrorReported' || task.status === 'EndAborted';
    if (!validatable) throw badGroup(`task ${task.id} is ${task.status}`, task.id);
    if (task.status === 'ScoreReady' && task.score === null)
      throw badGroup(`task ${task.id} is ScoreReady without a score`, task.id);
  }
  if (new Set(tasks.map((task) => task.id)).size !== 3) throw badGroup('the ids of a group are not distinct', tasks[0].id);
}

function badGroup(message: string, id: string): ProtocolError {
  return new ProtocolError('PROTOCOL_BAD_GROUP', message, { id });
}

export interface RankedTask {
  /** Order of creation; breaks ties. */
  readonly sequence: number;
  readonly startTimeMs: number | null;
  readonly scoreReadyTimeMs: number | null;
}

/** Rank order: shortest time from start to score (or error report) first, members without one last, ties by sequence. */
export function rankByExecutionTime<Task extends RankedTask>(tasks: readonly Task[]): Task[] {
  const time = (task: Task): number =>
    task.startTimeMs === null || task.scoreReadyTimeMs === null
      ? Number.POSITIVE_INFINITY
      : task.scoreReadyTimeMs - task.startTimeMs;
  return tasks.toSorted((a, b) => {
    const [left, right] = [time(a), time(b)];
    return left === right ? a.sequence - b.sequence : left - right;
  });
}
