/** The way one task took through the state graph, from the steps that were observed. */
import type { TransitionView } from '../../../contract/worker-channel.ts';
import type { TaskStatus } from '../../../protocol/tasks/status.ts';
import { TRANSITIONS, type Transition, type TransitionActor } from '../../../protocol/tasks/transitions.ts';

export interface PathStep extends TransitionView {
  /** Null for the first step that was seen, and for one that follows from no edge. */
  readonly from: TaskStatus | null;
  /** Who may have moved the task here; several where the network does not tell. */
  readonly actors: readonly TransitionActor[];
  /** What moved it; empty where no edge leads here from the step before. */
  readonly via: readonly Transition['via'][];
  /** From the step before, null for the first. */
  readonly tookMs: number | null;
}

/** Reasons that only an abort after a deadline gives. */
const DEADLINE_REASONS: ReadonlySet<string> = new Set(['Timeout', 'CreatorValidationTimeout', 'ResultUploadTimeout']);

export function pathOf(task: {
  readonly transitions: readonly TransitionView[];
  readonly abortReason: string;
}): readonly PathStep[] {
  return task.transitions.map((step, i) => {
    const before = task.transitions[i - 1];
    if (before === undefined) return { ...step, from: null, actors: [], via: [], tookMs: null };
    const edges = likelyEdges(before.status, step.status, task.abortReason);
    return {
      ...step,
      from: before.status,
      actors: [...new Set(edges.map((edge) => edge.actor))],
      via: [...new Set(edges.map((edge) => edge.via))],
      tookMs: Math.max(0, step.atMs - before.atMs),
    };
  });
}

function likelyEdges(from: TaskStatus, to: TaskStatus, abortReason: string): readonly Transition[] {
  const edges = TRANSITIONS.filter((edge) => edge.from === from && edge.to === to);
  if (to !== 'EndAborted') return edges;
  const late = edges.filter((edge) => edge.afterDeadline === DEADLINE_REASONS.has(abortReason));
  return late.length > 0 ? late : edges;
}

/** The edges that the task took, as `from>to`. */
export function litEdges(path: readonly PathStep[]): ReadonlySet<string> {
  return new Set(path.flatMap(({ from, status, via }) => (from !== null && via.length > 0 ? [edgeKey(from, status)] : [])));
}

export function edgeKey(from: TaskStatus, to: TaskStatus): string {
  return `${from}>${to}`;
}
