/**
 * Serves an implementation of a contract on ports. What it throws crosses as a coded error, and nothing else of it. This
 * is the one place where frames of a client are decoded: a bad one closes its connection with a code, and does no more.
 */
import type { AnyRouter } from '@orpc/server';
import { ORPCError } from '@orpc/server';
import { type MinimalWebsocket, RPCHandler } from '@orpc/server/websocket';
import { CodedError } from '../protocol/errors.ts';
import { ContractError } from './errors.ts';
import { toRpcError } from './rpc-errors.ts';
import { checkRequestFrame, MAX_UNDER_WAY } from './rpc-frames.ts';
import type { RpcPort } from './rpc-port.ts';

export interface RpcServer {
  /** Ends with the port. */
  serve(port: RpcPort): void;
}

/**
 * `onUnexpected` is told of errors without a code, whole: they are defects, and only a log may hold them. It is told of
 * connections that are closed because of what came in on them, too; of each code once, so that nobody can fill a log.
 */
export function createRpcServer(router: AnyRouter, onUnexpected: (error: unknown) => void): RpcServer {
  const handler = new RPCHandler(router, {
    clientInterceptors: [
      async (options) => {
        try {
          return await options.next();
        } catch (error) {
          const carried = toRpcError(error);
          if (carried.code === 'UNEXPECTED' || (error instanceof ORPCError && error.status >= 500)) onUnexpected(error);
          throw carried;
        }
      },
    ],
  });
  const told = new Set<string>();
  const onRefused = (code: string, error: unknown): void => {
    if (code !== 'UNEXPECTED' && told.has(code)) return;
    told.add(code);
    onUnexpected(error);
  };
  return { serve: (port) => serveOn(port, handler, onRefused) };
}

function serveOn(
  port: RpcPort,
  handler: RPCHandler<Record<never, never>>,
  onRefused: (code: string, error: unknown) => void,
): void {
  const peer = peerOf(port);
  let underWay = 0;
  let closed = false;
  const take = async (frame: string): Promise<void> => {
    checkRequestFrame(frame);
    if (underWay >= MAX_UNDER_WAY) throw new ContractError('RPC_FLOOD', `${underWay} requests wait for their answers`);
    underWay += 1;
    try {
      await handler.message(peer, frame);
    } finally {
      underWay -= 1;
    }
  };
  port.onClose(() => {
    closed = true;
    handler.close(peer);
  });
  port.onFrame((frame) => {
    if (closed) return;
    take(frame).catch((error: unknown) => {
      // What was under way when the connection went fails, too; that is told by its end.
      if (closed) return;
      const code = error instanceof CodedError ? error.code : 'UNEXPECTED';
      onRefused(code, error);
      port.close(code);
    });
  });
}

/** The port as the RPC library wants it; listening is ours. */
function peerOf(port: RpcPort): MinimalWebsocket {
  return {
    addEventListener: () => {},
    send(frame: unknown) {
      // Nothing in the contract is binary: files travel as base64.
      if (typeof frame !== 'string') throw new ContractError('RPC_BAD_FRAME', 'a frame of the contract is not text');
      port.post(frame);
    },
  };
}
