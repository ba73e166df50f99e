/**
 * Who may use the window: whoever has the token of its address, which works once and is exchanged for a cookie; and a
 * command line on this machine that can read the token file of the data directory.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../../protocol/ports.ts';

const TOKEN_BYTES = 32;
/** Addresses that were made and not used yet; more of them replace the oldest. */
const MAX_OPEN_TOKENS = 8;
/** Browsers that have entered; more of them log the oldest out. */
const MAX_SESSIONS = 64;

export interface EntryGate {
  /** A new address's token. */
  createToken(): string;
  /** The session's secret, for a cookie; null = the token is unknown, or was used. */
  enter(token: string): string | null;
  /** Does a `Cookie` header hold a session? */
  hasSession(cookieHeader: string | undefined): boolean;
  /** `Set-Cookie` of a session. */
  cookieOf(session: string): string;
  /** Does an `Authorization` header hold the token of the command line? */
  isCommandLine(authorization: string | undefined): boolean;
  /** For the token file. */
  readonly commandLineToken: string;
}

/** `name`: of the cookie; cookies do not keep ports apart, so each server needs its own. */
export function createEntryGate({ random, name }: { readonly random: Random; readonly name: string }): EntryGate {
  const fresh = () => Buffer.from(random.bytes(TOKEN_BYTES)).toString('base64url');
  const tokens: string[] = [];
  const sessions: string[] = [];
  const commandLineToken = fresh();
  const remember = (list: string[], secret: string, limit: number) => {
    list.push(secret);
    if (list.length > limit) list.shift();
    return secret;
  };
  return {
    commandLineToken,
    createToken: () => remember(tokens, fresh(), MAX_OPEN_TOKENS),
    enter(token) {
      const at = tokens.findIndex((known) => isSame(known, token));
      if (at < 0) return null;
      tokens.splice(at, 1);
      return remember(sessions, fresh(), MAX_SESSIONS);
    },
    hasSession: (header) => {
      const given = cookieIn(header, name);
      return given !== null && sessions.some((session) => isSame(session, given));
    },
    cookieOf: (session) => `${name}=${session}; Path=/; HttpOnly; SameSite=Strict`,
    isCommandLine: (header) => header !== undefined && isSame(header, `Bearer ${commandLineToken}`),
  };
}

function cookieIn(header: string | undefined, name: string): string | null {
  for (const part of header?.split(';') ?? []) {
    const [key, ...value] = part.split('=');
    if (key?.trim() === name) return value.join('=').trim();
  }
  return null;
}

/** In a time that tells nothing about where two texts differ. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
