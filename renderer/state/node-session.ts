/** The connection to one node and what it tells by itself. */
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
  /** The node's own word; null before it, and while its process does not run. */
  readonly view: StoreApi<{ readonly value: NodeView | null }>;
  readonly tasks: TasksStore;
  /** Connects to the node's process while it lives, else to its records; not while it starts, when neither is there. */
  follow(worker: WorkerState): void;
  close(): void;
}

/** The node's process lives: it answers for itself, and its records are its own. */
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
      take(value: NodeView) {
        view.setState({ value });
        return 'taken';
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
      // What is served has changed: the wait after the loss of the former connection has no reason.
      if (lives !== wasAlive) link.retryNow();
      wasAlive = lives;
    },
    close() {
      link.stop();
      for (const end of ends) end();
    },
  };
}
