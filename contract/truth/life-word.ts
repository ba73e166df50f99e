/** What a node is, in one word. Every sentence, control, colour, icon and notification about a node follows from it. */
import type { WorkerState } from '../profiles.ts';
import type { NodeView } from '../worker-channel.ts';

export const LIFE_WORDS = [
  /** No process. */
  'stopped',
  'locked',
  'failed',
  /** The process ended by itself, and is started again. */
  'restarting',
  /** The checks of a start, the engine, the way into the network. */
  'starting',
  /** The checks forbid the start, and are made again from time to time. */
  'notCleared',
  'staking',
  /** An earlier stake is being returned; the node stakes again when it has arrived. */
  'awaitingStake',
  'waiting',
  'executing',
  /** A member that no relay reaches: it gets no task and hands in no result. */
  'cutOff',
  /** The host wants tasks, the machine does not take any now: card, schedule, self-test, warm-up. */
  'held',
  'pausing',
  'paused',
  /** On its way out, with the stake. */
  'leaving',
  /** Out; the stake is on its way back. */
  'returning',
  /** Out by the host's wish; nothing is staked. */
  'out',
  /** The network no longer lists it, and has not said why. */
  'dropped',
  'slashed',
  'kickedOut',
  'stopping',
  /** The program itself does not answer: nobody can say. */
  'unknown',
] as const;
export type LifeWord = (typeof LIFE_WORDS)[number];

/** As the process and the node tell it. */
export function lifeWord(worker: WorkerState, node: NodeView | null): LifeWord {
  if (worker.kind === 'backoff') return 'restarting';
  if (worker.kind !== 'running') return worker.kind;
  // The process lives, and the node has not spoken yet.
  return node === null ? 'starting' : ofNode(node);
}

function ofNode(node: NodeView): LifeWord {
  switch (node.state) {
    case 'running':
      if (node.relay === 'unreachable') return 'cutOff';
      return node.currentTask === null ? 'waiting' : 'executing';
    case 'pausing':
      return node.life?.kind === 'leaving' ? 'leaving' : isHeld(node) ? 'held' : 'pausing';
    case 'paused':
      return isHeld(node) ? 'held' : 'paused';
    case 'starting':
      return ofStart(node);
    case 'stopped':
      return node.life?.kind === 'dropped' ? 'dropped' : node.life?.kind === 'returning' ? 'returning' : 'out';
    default:
      return node.state;
  }
}

function ofStart({ life }: NodeView): LifeWord {
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

/** Paused, though the host has asked for tasks: the machine's own reason, which no click on Resume takes away. */
function isHeld({ wanted, gpu, warmUp }: NodeView): boolean {
  if (wanted !== 'running') return false;
  return gpu?.acceptance.accept === false || (warmUp !== null && warmUp.state !== 'ready');
}
