/** What the node is, seen by its host. An edge that is not in the table is a bug and throws. */

import type { LifeKind } from '../../contract/life.ts';
import type { SerialisedError } from '../../protocol/errors.ts';
import { WorkerError } from '../kit/errors.ts';
import { describeLife } from './describe-life.ts';

export type NodeState =
  /** Engine and network are being made ready; `message` says what is awaited. */
  | { readonly kind: 'starting'; readonly message: string }
  | { readonly kind: 'running' }
  /** The network lets the current task end first. */
  | { readonly kind: 'pausing' }
  | { readonly kind: 'paused' }
  | { readonly kind: 'stopping'; readonly message: string }
  /**
   * `notListed`: the network dropped the node without saying why; `left`: the node left it with its stake. With both
   * the process goes on and `resume` joins again.
   */
  | { readonly kind: 'stopped'; readonly why: 'asked' | 'notListed' | 'left' }
  | { readonly kind: 'slashed' }
  | { readonly kind: 'kickedOut' }
  | { readonly kind: 'failed'; readonly error: SerialisedError };

export type NodeStateKind = NodeState['kind'];

const OUT = ['stopping', 'stopped', 'slashed', 'kickedOut', 'failed'] as const;

const EDGES: Readonly<Record<NodeStateKind, readonly NodeStateKind[]>> = {
  starting: ['running', 'pausing', 'paused', ...OUT],
  running: ['pausing', 'paused', ...OUT],
  pausing: ['paused', 'running', ...OUT],
  // `starting`: a paused node that the network no longer lists joins again.
  paused: ['running', 'pausing', 'starting', ...OUT],
  stopping: ['stopped', 'failed'],
  stopped: ['starting', 'paused', 'stopping', 'slashed', 'kickedOut', 'failed'],
  // Only the host's word leads out of these (and, after a kick-out, a standing order of the host).
  slashed: ['starting', 'stopping', 'stopped', 'failed'],
  kickedOut: ['starting', 'slashed', 'stopping', 'stopped', 'failed'],
  failed: ['stopping', 'stopped'],
};

/** The state after the move. @throws WorkerError NODE_ILLEGAL_STATE */
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

/** A sentence or two for a person; `holding` is the machine's own reason for taking no tasks. */
export function describeNode(state: NodeState, holding: string | null = null): string {
  if (holding !== null && (state.kind === 'pausing' || state.kind === 'paused')) return `${describeNode(state)} ${holding}`;
  switch (state.kind) {
    case 'starting':
    case 'stopping':
      return state.message;
    case 'running':
      return 'The node is in the network and waits for tasks or runs one.';
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

/** What the node waits for on its way in or out, else what it is; an ending process has last words of its own. */
export function describeWhole(state: NodeState, life: LifeKind | null, holding: string | null): string {
  const isEnding = state.kind === 'stopping' || (state.kind === 'stopped' && state.why === 'asked');
  return (isEnding ? null : describeLife(life)) ?? describeNode(state, holding);
}
