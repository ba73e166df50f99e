/**
 * How a page in a browser proves itself to the program that serves it. The address holds a token in its fragment, which a
 * browser sends to nobody; the page exchanges it, once, for the secret of a session, and names the secret in the
 * sub-protocols of each WebSocket. A browser adds neither by itself, so no other page can make it.
 */
import { z } from 'zod';

/** Of the fragment: `#token=…`. */
export const TOKEN_FRAGMENT = 'token';
/** POST: a token for a secret; DELETE: the end of the session. */
export const SESSION_PATH = '/session';
export const TOKEN_SCHEME = 'Crynux-Token';
export const SESSION_SCHEME = 'Crynux-Session';
export const sessionSchema = z.object({ secret: z.string().regex(/^[\w-]{43}$/) });

/** What the two sides agree on; the other offer only carries the secret, and is never repeated by the server. */
export const RPC_PROTOCOL = 'crynux-rpc';
const SECRET_PROTOCOL = 'crynux-session.';

export function protocolsWith(secret: string): string[] {
  return [RPC_PROTOCOL, `${SECRET_PROTOCOL}${secret}`];
}

/** From a `Sec-WebSocket-Protocol` header; null = none is offered. */
export function secretIn(header: string | undefined): string | null {
  for (const offer of header?.split(',') ?? []) {
    const protocol = offer.trim();
    if (protocol.startsWith(SECRET_PROTOCOL)) return protocol.slice(SECRET_PROTOCOL.length);
  }
  return null;
}

/** The value of an `Authorization` header of a scheme; null = it is another one. */
export function credentialsIn(header: string | undefined, scheme: string): string | null {
  return header?.startsWith(`${scheme} `) === true ? header.slice(scheme.length + 1) : null;
}

/** Code with which a connection ends when its page has no session, or no longer. */
export const SESSION_ENDED = 'RPC_SESSION_ENDED';
