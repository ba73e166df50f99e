/** The task state graph: which actor may move a task from one state to another. Source: RELAY_PROTOCOL 4.3, 4.4. */
import { ProtocolError } from '../errors.ts';
import { isDeadlinePassed } from './deadlines.ts';
import type { TaskStatus } from './status.ts';

/** `node` is the selected node; `network` the dispatcher; `timeout` the network's scan for passed deadlines. */
export type TransitionActor = 'application' | 'node' | 'relay' | 'network' | 'timeout';

export type TransitionScope = 'single' | 'group' | 'any';

type TransitionCause =
  | 'start'
  | 'parameters'
  | 'score'
  | 'error'
  | 'validation'
  | 'groupValidation'
  | 'resultUpload'
  | 'abort'
  | 'cancel';

export interface Transition {
  readonly from: TaskStatus;
  readonly to: TaskStatus;
  readonly actor: TransitionActor;
  /** The kind of validation that causes it; `any` for edges outside validation. */
  readonly scope: TransitionScope;
  readonly via: TransitionCause;
  /** Only once the deadline of the task's phase has passed. */
  readonly afterDeadline: boolean;
}

interface Edges {
  readonly from: readonly TaskStatus[];
  readonly to: readonly TaskStatus[];
  readonly actors: readonly TransitionActor[];
  readonly scope?: TransitionScope;
  readonly via: TransitionCause;
  readonly afterDeadline?: boolean;
}

const EXECUTING = ['Started', 'ParametersUploaded'] as const;
const RUNNING = [...EXECUTING, 'ErrorReported', 'ScoreReady', 'Validated', 'GroupValidated'] as const;

const GRAPH: readonly Edges[] = [
  { from: ['Queued'], to: ['Started'], actors: ['network'], via: 'start' },
  { from: ['Started'], to: ['ParametersUploaded'], actors: ['relay'], via: 'parameters' },
  { from: EXECUTING, to: ['ScoreReady'], actors: ['node'], via: 'score' },
  { from: EXECUTING, to: ['ErrorReported'], actors: ['node'], via: 'error' },
  { from: ['ScoreReady'], to: ['Validated'], actors: ['application'], scope: 'single', via: 'validation' },
  { from: ['ErrorReported'], to: ['EndAborted'], actors: ['application'], scope: 'single', via: 'validation' },
  {
    // ScoreReady→EndAborted is for the rows without a majority (ABC, ABE, AXX, …).
    from: ['ScoreReady'],
    to: ['GroupValidated', 'EndGroupRefund', 'EndInvalidated', 'EndAborted'],
    actors: ['application'],
    scope: 'group',
    via: 'groupValidation',
  },
  {
    from: ['ErrorReported'],
    to: ['EndAborted', 'EndInvalidated'],
    actors: ['application'],
    scope: 'group',
    via: 'groupValidation',
  },
  { from: ['EndAborted'], to: ['EndAborted'], actors: ['application'], scope: 'group', via: 'groupValidation' },
  { from: ['Validated'], to: ['EndSuccess'], actors: ['relay'], via: 'resultUpload' },
  { from: ['GroupValidated'], to: ['EndGroupSuccess'], actors: ['relay'], via: 'resultUpload' },
  { from: ['Queued'], to: ['EndAborted'], actors: ['application'], via: 'cancel' },
  { from: ['Queued'], to: ['EndAborted'], actors: ['timeout'], via: 'abort', afterDeadline: true },
  { from: RUNNING, to: ['EndAborted'], actors: ['application', 'node', 'timeout'], via: 'abort', afterDeadline: true },
];

/** Every edge of the graph, one per actor. */
export const TRANSITIONS: readonly Transition[] = GRAPH.flatMap((edges) =>
  edges.from.flatMap((from) =>
    edges.to.flatMap((to) =>
      edges.actors.map((actor) => ({
        from,
        to,
        actor,
        scope: edges.scope ?? ('any' as const),
        via: edges.via,
        afterDeadline: edges.afterDeadline ?? false,
      })),
    ),
  ),
);

export interface TransitionRequest {
  readonly from: TaskStatus;
  readonly to: TaskStatus;
  readonly actor: TransitionActor;
  /** `single` or `group` only for the effects of a validation, never for an abort or a cancellation. */
  readonly scope?: TransitionScope;
  /** Both are required for an edge that waits for a deadline; epoch milliseconds. */
  readonly nowMs?: number;
  readonly deadlineMs?: number;
}

export function transitionsFrom(status: TaskStatus): readonly Transition[] {
  return TRANSITIONS.filter((edge) => edge.from === status);
}

export function canTransition(request: TransitionRequest): boolean {
  return findEdges(request).some((edge) => isInTime(edge, request));
}

/**
 * The edge that allows the move.
 * @throws ProtocolError PROTOCOL_ILLEGAL_TRANSITION, PROTOCOL_DEADLINE_NOT_PASSED
 */
export function assertTransition(request: TransitionRequest): Transition {
  const edges = findEdges(request);
  const allowed = edges.find((edge) => isInTime(edge, request));
  if (allowed !== undefined) return allowed;
  const { from, to, actor } = request;
  if (edges.length > 0) {
    throw new ProtocolError('PROTOCOL_DEADLINE_NOT_PASSED', `${actor} may abort a ${from} task only after its deadline`, {
      from,
      actor,
    });
  }
  const scope = request.scope ?? 'any';
  throw new ProtocolError('PROTOCOL_ILLEGAL_TRANSITION', `${actor} may not move a task from ${from} to ${to} (${scope})`, {
    from,
    to,
    actor,
    scope,
  });
}

function findEdges({ from, to, actor, scope = 'any' }: TransitionRequest): readonly Transition[] {
  return transitionsFrom(from).filter(
    (edge) => edge.to === to && edge.actor === actor && (edge.scope === 'any' || edge.scope === scope),
  );
}

function isInTime(edge: Transition, { nowMs, deadlineMs }: TransitionRequest): boolean {
  return !edge.afterDeadline || (nowMs !== undefined && deadlineMs !== undefined && isDeadlinePassed(nowMs, deadlineMs));
}
