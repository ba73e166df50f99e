/**
 * The meaning of a network's refusals. Source: RELAY_PROTOCOL 3.2, 3.3 (error texts), CHAIN_PROTOCOL 2.5, 3.2 (revert
 * reasons).
 */
import { isChainError } from '../../chain/errors.ts';
import { isWorkerError, type WorkerError } from '../../kit/errors.ts';

function isRefusal(error: unknown, test: (message: string, httpStatus: number) => boolean): error is WorkerError {
  if (!isWorkerError(error, 'RELAY_REFUSED')) return false;
  return test(String(error.data.reason), Number(error.data.httpStatus));
}

function isRevert(error: unknown, ...reasons: readonly string[]): boolean {
  return isChainError(error, 'CHAIN_REVERTED') && reasons.includes(String(error.data.reason));
}

export const isTaskNotFound = (error: unknown) => isRefusal(error, (message) => message.includes('Task not found'));
export const isIllegalTaskState = (error: unknown) =>
  isRefusal(error, (message) => message === 'Illegal task state' || message === 'Task not validated');
/**
 * A wrong key, a wrong canonical form, or clocks too far apart: the relay does not distinguish them. Read requests that
 * accept a token or a signature use a different message and status.
 */
export const isSignatureRefused = (error: unknown) =>
  isRefusal(
    error,
    (message, httpStatus) =>
      message === 'Invalid signature' || (httpStatus === 401 && message === 'Valid JWT or signature required'),
  );
export const isSignerNotAllowed = (error: unknown) => isRefusal(error, (message) => message === 'Signer not allowed');
export const isAlreadyJoined = (error: unknown) =>
  isRefusal(error, (message) => message === 'Node already joined') || isRevert(error, 'Node already joined');
export const isIllegalNodeStatus = (error: unknown) =>
  isRefusal(error, (message) => message === 'Illegal node status') || isRevert(error, 'Illegal node status');
export const isUnauthorised = (error: unknown) => isRefusal(error, (_, httpStatus) => httpStatus === 401);
export const isUnknownRoute = (error: unknown) =>
  isRefusal(error, (message, httpStatus) => httpStatus === 404 && message !== 'Not found');
/** The outcome of a writing request is unknown: it may or may not have been carried out. */
export const isOutcomeUnknown = (error: unknown) =>
  isWorkerError(error, 'RELAY_UNREACHABLE') ||
  isWorkerError(error, 'RELAY_BAD_ANSWER') ||
  isChainError(error, 'CHAIN_UNREACHABLE', 'CHAIN_BAD_ANSWER', 'CHAIN_TRANSACTION_OPEN');
