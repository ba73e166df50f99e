/**
 * How a page in a browser authenticates to the program that serves it. The page's address contains a token in its
 * fragment, which browsers do not send. The page exchanges it, once, for a session secret, and includes the secret in
 * the sub-protocols of each WebSocket. Browsers never add either on their own, so no other page can make such a
 * request.
 */
import { z } from 'zod';

/** Name in the fragment: `#token=…`. */
export const TOKEN_FRAGMENT = 'token';
/** POST: exchanges a token for a secret; DELETE: ends the session. */
export const SESSION_PATH = '/session';
export const TOKEN_SCHEME = 'Crynux-Token';
export const SESSION_SCHEME = 'Crynux-Session';
export const sessionSchema = z.object({ secret: z.string().regex(/^[\w-]{43}$/) });

/** The sub-protocol that both sides use; the other one offered only carries the secret, and the server never repeats it. */
export const RPC_PROTOCOL = 'crynux-rpc';
const SECRET_PROTOCOL = 'crynux-session.';

export function protocolsFor(secret: string): string[] {
  return [RPC_PROTOCOL, `${SECRET_PROTOCOL}${secret}`];
}

/** From a `Sec-WebSocket-Protocol` header; null = none is offered. */
export function secretFromProtocols(header: string | undefined): string | null {
  for (const offer of header?.split(',') ?? []) {
    const protocol = offer.trim();
    if (protocol.startsWith(SECRET_PROTOCOL)) return protocol.slice(SECRET_PROTOCOL.length);
  }
  return null;
}

/** The value of an `Authorization` header with this scheme; null = it has a different scheme. */
export function credentialsFrom(header: string | undefined, scheme: string): string | null {
  return header?.startsWith(`${scheme} `) === true ? header.slice(scheme.length + 1) : null;
}

/** The code with which a connection is closed if its page has no session, or no longer has one. */
export const SESSION_ENDED = 'RPC_SESSION_ENDED';
