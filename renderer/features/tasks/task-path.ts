/** The path that one task took through the state graph, from the observed steps. */
import type { TransitionView } from '../../../contract/tasks.ts';
import { TASK_STATUSES, type TaskStatus } from '../../../protocol/tasks/status.ts';
import { TRANSITIONS, type Transition, type TransitionActor } from '../../../protocol/tasks/transitions.ts';

export interface PathStep extends Pick<TransitionView, 'status' | 'atMs'> {
  /** Who reported it; the one whose time is shown comes first. */
  readonly sources: readonly TransitionView['source'][];
  /** Numbers of the network's events that reported it. */
  readonly events: readonly string[];
  /** Null for the first observed step, and for one that no edge leads to. */
  readonly from: TaskStatus | null;
  /** Who may have moved the task here; several if the network does not say. */
  readonly actors: readonly TransitionActor[];
  /** What moved it; empty if no edge leads here from the previous step. */
  readonly via: readonly Transition['via'][];
  /** Since the previous step; null for the first. */
  readonly tookMs: number | null;
}

/** Reasons that occur only with an abort after a deadline. */
const DEADLINE_REASONS: ReadonlySet<string> = new Set(['Timeout', 'CreatorValidationTimeout', 'ResultUploadTimeout']);

export function taskPath(task: {
  readonly transitions: readonly TransitionView[];
  readonly abortReason: string;
}): readonly PathStep[] {
  const steps = mergeReports(task.transitions);
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

/** Whose time is shown if several sources report a state: the network's own before ours. */
const SOURCE_PRIORITY: readonly TransitionView['source'][] = ['relay', 'event', 'local'];

/** One step per state, whoever reported it and however often, in the order in which a task can reach them. */
function mergeReports(transitions: readonly TransitionView[]): Step[] {
  const steps = new Map<TaskStatus, readonly TransitionView[]>();
  for (const report of transitions) steps.set(report.status, [...(steps.get(report.status) ?? []), report]);
  const merged = [...steps].map(([status, reports]): Step => {
    const sources = SOURCE_PRIORITY.filter((source) => reports.some((one) => one.source === source));
    const shown = reports.filter((one) => one.source === sources[0]).map(({ atMs }) => atMs);
    const events = reports.flatMap(({ evidence }) => /^event (\d+)/.exec(evidence)?.[1] ?? []);
    return { status, atMs: Math.min(...shown), sources, events };
  });
  return merged.toSorted((a, b) => DEPTH[a.status] - DEPTH[b.status] || a.atMs - b.atMs);
}

/** The maximum number of steps before a state. */
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
export function takenEdges(path: readonly PathStep[]): ReadonlySet<string> {
  return new Set(path.flatMap(({ from, status, via }) => (from !== null && via.length > 0 ? [edgeKey(from, status)] : [])));
}

export function edgeKey(from: TaskStatus, to: TaskStatus): string {
  return `${from}>${to}`;
}
