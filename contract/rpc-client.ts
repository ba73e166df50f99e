/** Typed clients of the contract over a port. A call on a closed port is rejected. */
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { ContractError } from './errors.ts';
import type { HostContract } from './host-contract.ts';
import type { NodeContract } from './node-contract.ts';
import { isAbortFrame, parseAnswerFrame } from './rpc-frames.ts';
import type { RpcPort } from './rpc-port.ts';

export type HostClient = ContractRouterClient<HostContract>;
export type NodeClient = ContractRouterClient<NodeContract>;

export function createHostClient(port: RpcPort): HostClient {
  return createORPCClient(createLink(port));
}

export function createNodeClient(port: RpcPort): NodeClient {
  return createORPCClient(createLink(port));
}

function createLink(port: RpcPort) {
  let closed = false;
  // Registered first: anything that the library sends when the port closes is already refused.
  port.onClose(() => {
    closed = true;
  });
  return new RPCLink({
    port: {
      onMessage: {
        addListener: (listener) =>
          port.onFrame((frame) => {
            try {
              listener(parseAnswerFrame(frame));
            } catch {
              port.close('RPC_BAD_FRAME');
            }
          }),
      },
      onDisconnect: { addListener: (listener) => port.onClose(() => listener()) },
      postMessage(frame: unknown) {
        // Cancelling a call that ended with its connection does nothing: an error would be thrown by the signal, where
        // nobody can catch it.
        if (closed && isAbortFrame(frame)) return;
        if (closed) throw new ContractError('RPC_DISCONNECTED', 'the connection is gone');
        // The contract has no binary data: files are sent as base64.
        if (typeof frame !== 'string') throw new ContractError('RPC_BAD_INPUT', 'a frame of the contract is not text');
        port.post(frame);
      },
    },
  });
}
