/** Errors on the way from this machine to the internet. Their texts never contain a credential. */
import { CodedError, type ErrorCatalogue } from '../../protocol/errors.ts';

export const OUTBOUND_ERRORS = {
  PROXY_BAD_ADDRESS: {
    meaning: 'The value of `source` (a variable of the environment, or the setting) is not the address of a proxy.',
    remedy:
      'Enter it as http://host:port, or remove it. To set it only for this program: `crynux-node settings set proxy ADDRESS`.',
  },
  PROXY_UNSUPPORTED: {
    meaning: 'The value of `source` names a kind of proxy (`scheme`) that this program cannot use.',
    remedy: 'Use an http, https or socks5 proxy, or remove the value.',
  },
  PROXY_REFUSED: {
    meaning:
      'The proxy that `source` names answered but refused the connection; `status` is its answer (407: it requires a user name and password).',
    remedy:
      'Check the proxy’s user name and password, and whether it allows this destination; or exclude the destination with NO_PROXY.',
  },
  PROXY_UNREACHABLE: {
    meaning: 'The proxy that `source` names cannot be reached.',
    remedy: 'Check its address and that it is running, or remove the value.',
  },
} as const satisfies ErrorCatalogue;

export type OutboundErrorCode = keyof typeof OUTBOUND_ERRORS;

export class OutboundError extends CodedError<OutboundErrorCode> {}

/** The error itself, or the one that a library has wrapped. */
export function outboundErrorIn(error: unknown): OutboundError | null {
  for (let inner = error, depth = 0; depth < 5 && inner instanceof Error; depth++) {
    if (inner instanceof OutboundError) return inner;
    inner = inner.cause;
  }
  return null;
}
