/** How a task ended for its application, and whether the network followed the rules. */
import { CodedError } from '../../protocol/errors.ts';
import { type GroupTask, rankByExecutionTime, validateGroup } from '../../protocol/tasks/group-validation.ts';
import type { AbortReason, TaskStatus } from '../../protocol/tasks/status.ts';
import type { RemoteTask } from '../../protocol/wire/task.ts';

interface EndedTasks {
  /** True if the sampling number required a group of three. */
  readonly sampled: boolean;
  /** Final states: one task, or the three of the group in order of creation. */
  readonly tasks: readonly RemoteTask[];
  /** The group's verdict by our rules; null for a single task, or one that was never validated. */
  readonly group: GroupJudgement | null;
}

export type TaskOutcome =
  /** The files hash to the validated score. */
  | (EndedTasks & { readonly kind: 'success'; readonly winner: RemoteTask; readonly files: readonly Uint8Array[] })
  /** The node found the arguments invalid; the fee came back. */
  | (EndedTasks & { readonly kind: 'errorReported' })
  /** A group without a winner: no two results agreed. */
  | (EndedTasks & { readonly kind: 'noMajority' })
  | (EndedTasks & { readonly kind: 'aborted'; readonly reason: AbortReason });

export interface GroupJudgement {
  /** Row of the table, for example `AAB`. */
  readonly row: string;
  readonly expected: Readonly<Record<string, TaskStatus>>;
  /** False if the network did something else: see `protocol/tasks/deviations.ts`. */
  readonly followsRules: boolean;
}

/** Compares what the network did with three tasks to the rules. `before` was read right before the validation. */
export function judgeGroup(judge: {
  readonly before: readonly RemoteTask[];
  readonly after: readonly RemoteTask[];
  readonly distanceThreshold: number;
}): GroupJudgement | null {
  const ranked = rankByExecutionTime(judge.before);
  const [first, second, third] = ranked;
  if (first === undefined || second === undefined || third === undefined) return null;
  try {
    const { row, next } = validateGroup({
      taskType: first.type,
      distanceThreshold: judge.distanceThreshold,
      tasks: [groupTask(first), groupTask(second), groupTask(third)],
    });
    return {
      row,
      expected: next,
      followsRules: judge.after.every((task) => matchesExpected(task.status, next[task.commitment])),
    };
  } catch (error) {
    if (error instanceof CodedError) return null;
    throw error;
  }
}

function groupTask({ commitment, status, score }: RemoteTask): GroupTask {
  return { id: commitment, status, score: status === 'ScoreReady' ? score : null };
}

/** The winner has moved on by the time the end is read. */
function matchesExpected(status: TaskStatus, expected: TaskStatus | undefined): boolean {
  if (expected === 'GroupValidated')
    return status === 'GroupValidated' || status === 'EndGroupSuccess' || status === 'EndAborted';
  return status === expected;
}
