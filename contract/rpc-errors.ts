/** How a coded error crosses a transport: its code, its message and its facts; nothing else of an error ever does. */
import { ORPCError } from '@orpc/contract';
import { z } from 'zod';
import { CodedError, serialiseError } from '../protocol/errors.ts';
import { type ErrorView, errorViewSchema } from './worker-channel.ts';

const carried = z.object({ error: errorViewSchema });

/** What a server throws in the place of any error. What is no coded error says only that it was unexpected. */
export function toRpcError(error: unknown): ORPCError<string, { error: ErrorView }> {
  if (error instanceof ORPCError) return error as ORPCError<string, { error: ErrorView }>;
  const known = error instanceof CodedError;
  const { code, message, data } = serialiseError(error);
  const view = { code, message: known ? message : 'Something unexpected went wrong; the log tells more.', data };
  return new ORPCError(code, { status: 500, message: view.message, data: { error: view } });
}

/** What a client shows of any error that a call has thrown. */
export function errorOf(error: unknown): ErrorView {
  if (error instanceof ORPCError) {
    const parsed = carried.safeParse(error.data);
    if (parsed.success) return parsed.data.error;
    if (error.code === 'BAD_REQUEST')
      return { code: 'RPC_BAD_INPUT', message: 'The request does not fit the contract.', data: {} };
    return { code: error.code, message: error.message, data: {} };
  }
  if (error instanceof CodedError) return error.serialise();
  return { code: 'RPC_DISCONNECTED', message: error instanceof Error ? error.message : 'The connection is gone.', data: {} };
}
