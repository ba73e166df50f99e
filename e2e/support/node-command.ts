import { createNodeClient } from '../../contract/rpc-client.ts';
import type { WorkerClient } from '../../contract/worker-client.ts';

/** The node's views show the outcome; a worker that is killed in the meantime may or may not have received it. */
export function sendNodeCommand(worker: WorkerClient, what: 'pause' | 'resume' | 'unstake'): void {
  createNodeClient(worker.connect('own'))
    .node[what]({})
    .catch(() => {});
}
