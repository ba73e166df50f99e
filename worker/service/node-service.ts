/**
 * Serves contract/node-contract.ts from the parts of one node. No answer contains the node's key, no matter who wrote
 * it into the data.
 */
import type { Caller } from '../../contract/acts.ts';
import type { RpcPort } from '../../contract/rpc-port.ts';
import { createRpcServer } from '../../contract/rpc-server.ts';
import type { NodeView } from '../../contract/worker-channel.ts';
import type { Hex } from '../../protocol/hex.ts';
import { Feed } from './feed.ts';
import { type AskHost, consentOf, createNodeGuard } from './page-acts.ts';
import type { ServiceParts } from './parts.ts';
import { createNodeRouter } from './router.ts';
import { TaskService } from './task-service.ts';
import { TrustService } from './trust-service.ts';

export interface NodeServiceOptions {
  readonly parts: ServiceParts;
  /** Removes the key from finished text. */
  readonly withoutKey: (text: string) => string;
  /** Asks a person, through the supervisor, before an act that a page may not do alone. */
  readonly ask: AskHost;
  /** Resolves when everything sent so far has left the process. */
  readonly drained?: () => Promise<void>;
  /** For the log: errors without a code, which are bugs. */
  readonly onUnexpected: (error: unknown) => void;
}

export interface NodeService {
  /** Ends with the port. The caller is treated as a page unless stated otherwise. */
  serve(port: RpcPort, caller?: Caller): void;
  nodeChanged(view: NodeView): void;
  taskChanged(commitment: Hex): void;
}

export function createNodeService({ parts, withoutKey, ask, drained, onUnexpected }: NodeServiceOptions): NodeService {
  const views = new Feed<NodeView>(() => parts.node.view());
  const tasks = new TaskService(parts);
  const streams = drained === undefined ? {} : { drained };
  const trust = new TrustService(parts);
  const router = createNodeRouter({ parts, views, tasks, trust, streams, consentOf: consentOf(ask) });
  const server = createRpcServer(router, onUnexpected, createNodeGuard({ node: parts.node, ask }));
  return {
    serve: (port, caller) => server.serve({ ...portHandlers(port), post: (frame) => port.post(withoutKey(frame)) }, caller),
    nodeChanged: (view) => views.publish(() => view),
    taskChanged: (commitment) => tasks.changed(commitment),
  };
}

function portHandlers(port: RpcPort): Omit<RpcPort, 'post'> {
  return {
    onFrame: (listener) => port.onFrame(listener),
    onClose: (listener) => port.onClose(listener),
    close: (why) => port.close(why),
  };
}
