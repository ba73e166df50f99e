/** A profile's state as one word with a tone, from its process and from what the node says of itself. */
import type { WorkerState } from '../../contract/profiles.ts';
import type { NodeView } from '../../contract/worker-channel.ts';
import type { Tone } from '../ui/badge.tsx';

export type StatusWord =
  | 'stopped'
  | 'locked'
  | 'starting'
  | 'running'
  | 'executing'
  | 'pausing'
  | 'paused'
  | 'stopping'
  | 'backoff'
  | 'slashed'
  | 'kickedOut'
  | 'failed';

export interface NodeStatus {
  /** Text is `common:nodeState.<word>`. */
  readonly word: StatusWord;
  readonly tone: Tone;
}

const TONES: Readonly<Record<StatusWord, Tone>> = {
  stopped: 'neutral',
  locked: 'warn',
  starting: 'info',
  running: 'good',
  executing: 'good',
  pausing: 'warn',
  paused: 'warn',
  stopping: 'info',
  backoff: 'bad',
  slashed: 'bad',
  kickedOut: 'bad',
  failed: 'bad',
};

export function nodeStatus(worker: WorkerState, node: NodeView | null): NodeStatus {
  const word = statusWord(worker, node);
  return { word, tone: TONES[word] };
}

function statusWord(worker: WorkerState, node: NodeView | null): StatusWord {
  if (worker.kind !== 'running') return worker.kind;
  // The process lives, and the node has not spoken yet.
  if (node === null) return 'starting';
  return node.state === 'running' && node.currentTask !== null ? 'executing' : node.state;
}
