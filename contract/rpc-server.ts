/** Serves an implementation of a contract on ports. What it throws crosses as a coded error, and nothing else of it. */
import type { AnyRouter } from '@orpc/server';
import { ORPCError } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { toRpcError } from './rpc-errors.ts';
import { messagePortOf, type RpcPort } from './rpc-port.ts';

export interface RpcServer {
  /** Ends with the port. */
  serve(port: RpcPort): void;
}

/** `onUnexpected` is told of errors without a code, whole: they are defects, and only a log may hold them. */
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
  return { serve: (port) => handler.upgrade(messagePortOf(port)) };
}
