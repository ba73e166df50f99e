/** The way one task took through the state graph, from the steps that were observed. */
import type { TransitionView } from '../../../contract/tasks.ts';
import { TASK_STATUSES, type TaskStatus } from '../../../protocol/tasks/status.ts';
import { TRANSITIONS, type Transition, type TransitionActor } from '../../../protocol/tasks/transitions.ts';

export interface PathStep extends Pick<TransitionView, 'status' | 'atMs'> {
  /** Who told of it; the one whose time is shown first. */
  readonly sources: readonly TransitionView['source'][];
  /** Numbers of the network's events that told of it. */
  readonly events: readonly string[];
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
  const steps = stepsOf(task.transitions);
  return steps.map((step, i) => {
    const before = steps[i - 1];
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

type Step = Pick<PathStep, 'status' | 'atMs' | 'sources' | 'events'>;

/** Whose time is shown where several tell of one state: the network's own before ours. */
const TOLD_BY: readonly TransitionView['source'][] = ['relay', 'event', 'local'];

/** One step for each state, whoever told of it and how often, in the order in which a task can reach them. */
function stepsOf(transitions: readonly TransitionView[]): Step[] {
  const steps = new Map<TaskStatus, readonly TransitionView[]>();
  for (const told of transitions) steps.set(told.status, [...(steps.get(told.status) ?? []), told]);
  const merged = [...steps].map(([status, told]): Step => {
    const sources = TOLD_BY.filter((source) => told.some((one) => one.source === source));
    const shown = told.filter((one) => one.source === sources[0]).map(({ atMs }) => atMs);
    const events = told.flatMap(({ evidence }) => /^event (\d+)/.exec(evidence)?.[1] ?? []);
    return { status, atMs: Math.min(...shown), sources, events };
  });
  return merged.toSorted((a, b) => DEPTH[a.status] - DEPTH[b.status] || a.atMs - b.atMs);
}

/** How many steps lie before a state at most. */
const DEPTH = depths();

function depths(): Readonly<Record<TaskStatus, number>> {
  const depth = Object.fromEntries(TASK_STATUSES.map((status) => [status, 0])) as Record<TaskStatus, number>;
  const onwards = TRANSITIONS.filter(({ from, to }) => from !== to);
  for (let round = 0; round < TASK_STATUSES.length; round++)
    for (const { from, to } of onwards) depth[to] = Math.max(depth[to], depth[from] + 1);
  return depth;
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
