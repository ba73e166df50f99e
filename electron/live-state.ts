/** What the tray, the notifications and the power blocker make of the nodes. Pure. */
import type { ProfileView } from '../contract/profiles.ts';
import type { Notice } from '../contract/settings.ts';

export type TrayTone = 'idle' | 'working' | 'attention';

export interface TrayNode {
  readonly id: string;
  readonly name: string;
  /** A key of the shell's words. */
  readonly word: NodeWord;
}

export type NodeWord =
  | 'stopped'
  | 'locked'
  | 'starting'
  | 'running'
  | 'executing'
  | 'paused'
  | 'stopping'
  | 'slashed'
  | 'kickedOut'
  | 'failed';

const ALARMS: ReadonlySet<NodeWord> = new Set(['slashed', 'kickedOut', 'failed', 'locked']);

/** One word for a node: its worker's where there is no node yet, else the node's own. */
export function nodeWord({ worker, node }: ProfileView): NodeWord {
  switch (worker.kind) {
    case 'stopped':
    case 'locked':
    case 'starting':
    case 'stopping':
    case 'failed':
      return worker.kind;
    case 'backoff':
      return 'starting';
    case 'running':
      break;
  }
  if (node === null) return 'starting';
  if (node.state === 'running') return node.currentTask === null ? 'running' : 'executing';
  return node.state === 'pausing' ? 'running' : node.state;
}

export function trayOf(profiles: readonly ProfileView[]): { readonly tone: TrayTone; readonly nodes: readonly TrayNode[] } {
  const nodes = profiles.map((view) => ({ id: view.profile.id, name: view.profile.name, word: nodeWord(view) }));
  if (nodes.some(({ word }) => ALARMS.has(word))) return { tone: 'attention', nodes };
  return { tone: nodes.some(({ word }) => word === 'executing') ? 'working' : 'idle', nodes };
}

/** A task must not be cut off by the machine's sleep: that is a timeout, and it costs. */
export function mustStayAwake(profiles: readonly ProfileView[]): boolean {
  return profiles.some((view) => view.worker.kind !== 'stopped' && view.node?.currentTask != null);
}

/** What has happened to a node between two views, as far as the host may want to be told of it. */
export function noticesBetween(before: ProfileView | null, after: ProfileView): Notice[] {
  const [was, is] = [before === null ? null : nodeWord(before), nodeWord(after)];
  // What was already so when the program started is not reported.
  if (was === null || was === is) return [];
  if (is === 'slashed' || is === 'kickedOut') return [is];
  return is === 'failed' ? ['nodeFailed'] : [];
}
