/** A node's state in one word. Every sentence, control, colour, icon and notification about a node is derived from it. */
import type { WorkerState } from '../profiles.ts';
import type { NodeView } from '../worker-channel.ts';

export const LIFE_STATES = [
  /** No process. */
  'stopped',
  'locked',
  'failed',
  /** The process ended by itself and is being restarted. */
  'restarting',
  /** The checks before a start, the engine, joining the network. */
  'starting',
  /** The checks forbid the start, and are repeated from time to time. */
  'notCleared',
  'staking',
  /** An earlier stake is being returned; the node stakes again when it has arrived. */
  'awaitingStake',
  'waiting',
  'executing',
  /** A member that cannot reach the relay: it gets no tasks and submits no results. */
  'cutOff',
  /** The host wants tasks, but the machine takes none at present: card, schedule, self-test, warm-up. */
  'held',
  'pausing',
  'paused',
  /** Leaving, with the stake. */
  'leaving',
  /** Out; the stake is being returned. */
  'returning',
  /** Out because the host wanted it; nothing is staked. */
  'out',
  /** The network no longer lists it, without a reason. */
  'dropped',
  'slashed',
  'kickedOut',
  'stopping',
  /** The program itself does not answer, so nothing is known. */
  'unknown',
] as const;
export type LifeState = (typeof LIFE_STATES)[number];

/** According to the process and the node. */
export function lifeState(worker: WorkerState, node: NodeView | null): LifeState {
  if (worker.kind === 'backoff') return 'restarting';
  if (worker.kind !== 'running') return worker.kind;
  // The process is alive, but the node has not reported yet.
  return node === null ? 'starting' : stateOfNode(node);
}

function stateOfNode(node: NodeView): LifeState {
  switch (node.state) {
    case 'running':
      if (node.relay === 'unreachable') return 'cutOff';
      return node.currentTask === null ? 'waiting' : 'executing';
    case 'pausing':
      return node.life?.kind === 'leaving' ? 'leaving' : isHeld(node) ? 'held' : 'pausing';
    case 'paused':
      return isHeld(node) ? 'held' : 'paused';
    case 'starting':
      return stateOfStart(node);
    case 'stopped':
      return node.life?.kind === 'dropped' ? 'dropped' : node.life?.kind === 'returning' ? 'returning' : 'out';
    default:
      return node.state;
  }
}

function stateOfStart({ life }: NodeView): LifeState {
  switch (life?.kind) {
    case 'notCleared':
    case 'staking':
    case 'awaitingStake':
    case 'leaving':
    case 'returning':
      return life.kind;
    default:
      return 'starting';
  }
}

/** Paused although the host has asked for tasks: the machine's own reason, which Resume cannot remove. */
function isHeld({ wanted, gpu, warmUp }: NodeView): boolean {
  if (wanted !== 'running') return false;
  return gpu?.acceptance.accept === false || (warmUp !== null && warmUp.state !== 'ready');
}
