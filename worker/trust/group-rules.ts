/**
 * What the group table says about a group if the network has reported enough. It publishes neither its distance
 * threshold nor, often, the ranks. Every possibility is tried; the network acted correctly if one of them leads to its
 * decision.
 */
import type { GroupMember, GroupRules } from '../../contract/trust.ts';
import { hexToBytes } from '../../protocol/hex.ts';
import { hammingDistance } from '../../protocol/scores/score.ts';
import { explainGroupOutcome, type GroupExplanation } from '../../protocol/tasks/deviations.ts';
import type { GroupTask, GroupTasks } from '../../protocol/tasks/group-validation.ts';
import type { NetworkOutcome } from '../../protocol/tasks/network-outcomes.ts';
import type { TaskStatus, TaskType } from '../../protocol/tasks/status.ts';

export interface GroupFacts {
  readonly taskType: TaskType;
  readonly members: readonly GroupMember[];
  /** In bits; null if the network's threshold is unknown. */
  readonly distanceThreshold: number | null;
  /** Who has judged the group; default: a relay. */
  readonly network?: 'relay' | 'contract';
}

const MAX_THRESHOLD = 64;
interface Attempt {
  readonly threshold: number;
  readonly explanation: GroupExplanation;
}

/** Null if a member, its score or its end is unknown. */
export function groupRules({ taskType, members, distanceThreshold, network = 'relay' }: GroupFacts): GroupRules | null {
  const self = members.find((member) => member.self);
  const actual = outcomeOf(members);
  if (self === undefined || actual === null) return null;
  const orders = possibleOrders(members);
  if (orders.length === 0) return null;
  const attempts = candidateThresholds(taskType, distanceThreshold).flatMap((threshold) =>
    orders.map((tasks): Attempt => {
      const group = { taskType, distanceThreshold: threshold, tasks };
      return { threshold, explanation: explainGroupOutcome({ network, group, actual }) };
    }),
  );
  const misfit = ({ explanation }: Attempt) => explanation.unexplained.length * 10 + explanation.deviations.length;
  const best = attempts.toSorted((a, b) => misfit(a) - misfit(b))[0];
  const lawful = best?.explanation.lawful.next[self.commitment];
  if (best === undefined || lawful === undefined) return null;
  const fitting = attempts.filter((attempt) => attempt.explanation.unexplained.length === 0).map(({ threshold }) => threshold);
  const explained = fitting.length > 0;
  const showsThresholds = taskType !== 'Llm' && explained;
  return {
    row: best.explanation.lawful.row,
    lawful,
    explained,
    deviations: [...best.explanation.deviations],
    thresholds: showsThresholds ? { from: Math.min(...fitting), to: Math.max(...fitting) } : null,
    distances: members
      .filter((member) => member !== self)
      .map(({ commitment, score }) => ({ commitment, bits: worstDistance(taskType, self.score, score) })),
  };
}

function outcomeOf(members: readonly GroupMember[]): NetworkOutcome | null {
  const next: Record<string, TaskStatus> = {};
  for (const { commitment, end } of members) {
    if (end === null) return null;
    next[commitment] = end;
  }
  return members.length === 3 ? { kind: 'settled', next, abortReasons: {} } : null;
}

/** The rank orders that the known execution times allow; none if a member cannot be judged at all. */
function possibleOrders(members: readonly GroupMember[]): readonly GroupTasks[] {
  const tasks = members.flatMap(({ commitment, status, score }): GroupTask[] => {
    if (status === null || (status === 'ScoreReady' && score === null)) return [];
    return [{ id: commitment, status, score: status === 'ScoreReady' ? score : null }];
  });
  const [a, b, c] = tasks;
  if (a === undefined || b === undefined || c === undefined) return [];
  const orders: readonly GroupTasks[] = [
    [a, b, c],
    [a, c, b],
    [b, a, c],
    [b, c, a],
    [c, a, b],
    [c, b, a],
  ];
  const times = new Map(members.map((member) => [member.commitment, executionTimeOf(member)]));
  const mayPrecede = (first: GroupTask, second: GroupTask) => {
    const [left, right] = [times.get(first.id) ?? null, times.get(second.id) ?? null];
    return left === null || right === null || left <= right;
  };
  return orders.filter(([x, y, z]) => mayPrecede(x, y) && mayPrecede(x, z) && mayPrecede(y, z));
}

/** Members that did not finish come last. */
function executionTimeOf({ status, executionMs }: GroupMember): number | null {
  return status === 'EndAborted' ? Number.POSITIVE_INFINITY : executionMs;
}

function candidateThresholds(taskType: TaskType, known: number | null): readonly number[] {
  if (taskType === 'Llm') return [1];
  return known !== null ? [known] : Array.from({ length: MAX_THRESHOLD + 1 }, (_, bits) => bits);
}

/** Null for text, and for scores of different lengths. */
function worstDistance(taskType: TaskType, a: string | null, b: string | null): number | null {
  if (taskType === 'Llm' || a === null || b === null || a.length !== b.length) return null;
  const [left, right] = [hexToBytes(a, 'score'), hexToBytes(b, 'score')];
  let worst = 0;
  for (let block = 0; block < left.length; block += 8) {
    worst = Math.max(worst, hammingDistance(left.subarray(block, block + 8), right.subarray(block, block + 8)));
  }
  return worst;
}
