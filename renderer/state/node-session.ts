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
  /** Connects while the node's process lives, and only then. */
  follow(worker: WorkerState): void;
  close(): void;
}

export function createNodeSession(options: { profileId: string; transport: Transport; clock: LinkClock }): NodeSession {
  const { profileId, transport, clock } = options;
  const link = new Link<NodeClient>({ open: () => transport.node(profileId), create: createNodeClient, clock });
  const view = createStore<{ readonly value: NodeView | null }>(() => ({ value: null }));
  const tasks = createTasksStore();
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
      if (worker.kind === 'running' || worker.kind === 'stopping') {
        link.start();
        return;
      }
      link.stop();
      view.setState({ value: null });
    },
    close() {
      link.stop();
      for (const end of ends) end();
    },
  };
}
