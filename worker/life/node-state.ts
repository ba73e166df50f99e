/** The node's state as its host sees it. A transition that is not in the table is a bug and throws. */

import type { LifeKind } from '../../contract/life.ts';
import type { SerialisedError } from '../../protocol/errors.ts';
import { WorkerError } from '../kit/errors.ts';
import { describeLife } from './describe-life.ts';

export type NodeState =
  /** Engine and network are being prepared; `message` says what the node is waiting for. */
  | { readonly kind: 'starting'; readonly message: string }
  | { readonly kind: 'running' }
  /** The network lets the current task finish first. */
  | { readonly kind: 'pausing' }
  | { readonly kind: 'paused' }
  | { readonly kind: 'stopping'; readonly message: string }
  /**
   * `notListed`: the network dropped the node without a reason; `left`: the node left it with its stake. In both cases
   * the process keeps running, and `resume` joins again.
   */
  | { readonly kind: 'stopped'; readonly why: 'asked' | 'notListed' | 'left' }
  | { readonly kind: 'slashed' }
  | { readonly kind: 'kickedOut' }
  | { readonly kind: 'failed'; readonly error: SerialisedError };

export type NodeStateKind = NodeState['kind'];

const ENDED = ['stopping', 'stopped', 'slashed', 'kickedOut', 'failed'] as const;

const EDGES: Readonly<Record<NodeStateKind, readonly NodeStateKind[]>> = {
  starting: ['running', 'pausing', 'paused', ...ENDED],
  running: ['pausing', 'paused', ...ENDED],
  pausing: ['paused', 'running', ...ENDED],
  // `starting`: a paused node that the network no longer lists joins again.
  paused: ['running', 'pausing', 'starting', ...ENDED],
  stopping: ['stopped', 'failed'],
  stopped: ['starting', 'paused', 'stopping', 'slashed', 'kickedOut', 'failed'],
  // Only the host's request leaves these states (and, after a kick-out, the host's rejoin setting).
  slashed: ['starting', 'stopping', 'stopped', 'failed'],
  kickedOut: ['starting', 'slashed', 'stopping', 'stopped', 'failed'],
  failed: ['stopping', 'stopped'],
};

/** The state after the transition. @throws WorkerError NODE_ILLEGAL_STATE */
export function moveNode(from: NodeState, to: NodeState): NodeState {
  if (from.kind !== to.kind && !EDGES[from.kind].includes(to.kind)) {
    throw new WorkerError('NODE_ILLEGAL_STATE', `a node that is ${from.kind} cannot become ${to.kind}`, {
      from: from.kind,
      to: to.kind,
    });
  }
  return to;
}

const STOPPED = {
  asked: 'The node has stopped.',
  notListed: 'The network no longer lists this node; resume to join again.',
  left: 'The node has left the network; resume to join again.',
} as const;

/** One or two sentences for a person; `holding` is why the machine itself takes no tasks. */
export function describeNode(state: NodeState, holding: string | null = null): string {
  if (holding !== null && (state.kind === 'pausing' || state.kind === 'paused')) return `${describeNode(state)} ${holding}`;
  switch (state.kind) {
    case 'starting':
    case 'stopping':
      return state.message;
    case 'running':
      return 'The node is in the network; it is running a task or waiting for one.';
    case 'pausing':
      return 'The node takes no new tasks and finishes the current one.';
    case 'paused':
      return 'The node is paused and gets no tasks.';
    case 'stopped':
      return STOPPED[state.why];
    case 'slashed':
      return 'The network slashed this node; it does not join again until you resume it.';
    case 'kickedOut':
      return 'The network removed this node for its quality of service; it does not join again until you resume it.';
    case 'failed':
      return state.error.message;
  }
}

/** What the node is waiting for while joining or leaving, else its state; an ending process has its own messages. */
export function describeNodeAndLife(state: NodeState, life: LifeKind | null, holding: string | null): string {
  const isEnding = state.kind === 'stopping' || (state.kind === 'stopped' && state.why === 'asked');
  return (isEnding ? null : describeLife(life)) ?? describeNode(state, holding);
}
