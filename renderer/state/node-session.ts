/** The connection to one node, and what the node sends on it. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { WorkerState } from '../../contract/profiles.ts';
import { createNodeClient, type NodeClient } from '../../contract/rpc-client.ts';
import type { NodeView } from '../../contract/worker-channel.ts';
import { follow } from '../rpc/follow.ts';
import { Link, type LinkClock } from '../rpc/link.ts';
import type { Transport } from '../rpc/transport.ts';
import { createTasksStore, feedTasks, type TasksStore } from './tasks.ts';

export interface NodeSession {
  readonly profileId: string;
  readonly link: Link<NodeClient>;
  /** The node's own report; null before the first one, and while its process is not running. */
  readonly view: StoreApi<{ readonly value: NodeView | null }>;
  readonly tasks: TasksStore;
  /** Connects to the node's process while it is running, otherwise to its records. Not while it is starting, when neither is available. */
  follow(worker: WorkerState): void;
  close(): void;
}

/** The node's process is running: it answers for itself and has its records open. */
export function isAlive({ kind }: WorkerState): boolean {
  return kind === 'running' || kind === 'stopping';
}

export function createNodeSession(options: { profileId: string; transport: Transport; clock: LinkClock }): NodeSession {
  const { profileId, transport, clock } = options;
  const link = new Link<NodeClient>({ open: () => transport.node(profileId), create: createNodeClient, clock });
  const view = createStore<{ readonly value: NodeView | null }>(() => ({ value: null }));
  const tasks = createTasksStore();
  let wasAlive = false;
  const ends = [
    follow(link, {
      open: (client, signal) => client.node.watch({}, { signal }),
      apply(value: NodeView) {
        view.setState({ value });
        return 'applied';
      },
    }),
    feedTasks(tasks, link),
  ];
  return {
    profileId,
    link,
    view,
    tasks,
    follow(worker) {
      const lives = isAlive(worker);
      if (!lives) view.setState({ value: null });
      if (worker.kind === 'starting') return link.stop();
      link.start();
      // A different source is served now, so there is no reason to wait after losing the previous connection.
      if (lives !== wasAlive) link.retryNow();
      wasAlive = lives;
    },
    close() {
      link.stop();
      for (const end of ends) end();
    },
  };
}
