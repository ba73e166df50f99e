/** Typed clients of the contract over a port. A call on a closed port rejects. */
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { ContractError } from './errors.ts';
import type { HostContract } from './host-contract.ts';
import type { NodeContract } from './node-contract.ts';
import { messagePortOf, type RpcPort } from './rpc-port.ts';

export type HostClient = ContractRouterClient<HostContract>;
export type NodeClient = ContractRouterClient<NodeContract>;

export function createHostClient(port: RpcPort): HostClient {
  return createORPCClient(linkOver(port));
}

export function createNodeClient(port: RpcPort): NodeClient {
  return createORPCClient(linkOver(port));
}

function linkOver(port: RpcPort) {
  let closed = false;
  // First in the list: what the library sends when the port closes is refused already.
  port.onClose(() => {
    closed = true;
  });
  const inner = messagePortOf(port);
  return new RPCLink({
    port: {
      ...inner,
      postMessage(frame: unknown) {
        if (closed) throw new ContractError('RPC_DISCONNECTED', 'the connection is gone');
        inner.postMessage(frame);
      },
    },
  });
}
