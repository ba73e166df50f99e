/** The form in which a coded error crosses a transport: only its code, its message and its data. */
import { ORPCError } from '@orpc/contract';
import { z } from 'zod';
import { CodedError, serialiseError } from '../protocol/errors.ts';
import { type ErrorView, errorViewSchema } from './worker-channel.ts';

const errorDataSchema = z.object({ error: errorViewSchema });

/** What a server throws instead of any error. An error without a code only reports that it was unexpected. */
export function toRpcError(error: unknown): ORPCError<string, { error: ErrorView }> {
  if (error instanceof ORPCError) return error as ORPCError<string, { error: ErrorView }>;
  const known = error instanceof CodedError;
  const { code, message, data } = serialiseError(error);
  const view = { code, message: known ? message : 'Something unexpected went wrong; see the log.', data };
  return new ORPCError(code, { status: 500, message: view.message, data: { error: view } });
}

/** What a client shows for any error that a call has thrown. */
export function errorOf(error: unknown): ErrorView {
  if (error instanceof ORPCError) {
    const parsed = errorDataSchema.safeParse(error.data);
    if (parsed.success) return parsed.data.error;
    if (error.code === 'BAD_REQUEST')
      return { code: 'RPC_BAD_INPUT', message: 'The request does not fit the contract.', data: {} };
    return { code: error.code, message: error.message, data: {} };
  }
  if (error instanceof CodedError) return error.serialise();
  return { code: 'RPC_DISCONNECTED', message: error instanceof Error ? error.message : 'The connection is gone.', data: {} };
}
