/**
 * Who may use the program: a page that has a session secret, which it got in exchange for the one-time token of an
 * address, and a command line on this machine that can read the token file of the data directory.
 * No cookies are used. A browser sends cookies to every port of this machine, so any web server here would get them.
 * The page keeps the secret in storage that belongs to its origin, and a browser never sends that on its own.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../../protocol/ports.ts';

const SECRET_BYTES = 32;
/** Maximum number of unused addresses; newer ones replace the oldest. */
const MAX_OPEN_TOKENS = 8;
/** How long an unopened address stays valid. */
export const TOKEN_MS = 60 * 60_000;
/** Maximum number of pages; newer ones log the oldest out. */
const MAX_SESSIONS = 64;
/** Maximum age of a session without a connection. */
export const IDLE_MS = 60 * 60_000;
/** Maximum age of any session. */
export const MAX_AGE_MS = 7 * 24 * 60 * 60_000;

export interface EntryGate {
  /** A token for a new address. */
  createToken(): string;
  /** The session's secret; null = the token is unknown, used or expired. */
  enter(token: string): string | null;
  /** Whether this is the secret of a session. */
  has(secret: string): boolean;
  /** Registers a connection of a session's page; null = no such session. `end` is called when the session ends. */
  join(secret: string, end: () => void): Connection | null;
  /** Logs a page out: its connections end, and its secret becomes invalid. */
  leave(secret: string): void;
  /** Ends what has expired. Call it from time to time; every other call does it too. */
  sweep(): void;
  /** Whether an `Authorization` header has the command line's token. */
  isCommandLine(authorization: string | undefined): boolean;
  /** For the token file. */
  readonly commandLineToken: string;
}

interface Connection {
  /** The connection has closed. */
  left(): void;
}

interface Session {
  /** Digest of the secret: this is what is compared, and all that is stored. */
  readonly digest: Buffer;
  readonly sinceMs: number;
  /** When its last connection closed. */
  idleMs: number;
  readonly ends: Set<() => void>;
}

/** @param monotonicMs a clock that nobody can set */
export function createEntryGate({
  random,
  monotonicMs,
}: {
  readonly random: Random;
  readonly monotonicMs: () => number;
}): EntryGate {
  const fresh = () => Buffer.from(random.bytes(SECRET_BYTES)).toString('base64url');
  let tokens: { readonly digest: Buffer; readonly sinceMs: number }[] = [];
  let sessions: Session[] = [];
  const commandLineToken = fresh();
  const commandLine = digestOf(`Bearer ${commandLineToken}`);

  function end(session: Session): void {
    sessions = sessions.filter((other) => other !== session);
    for (const tell of session.ends) tell();
    session.ends.clear();
  }

  function sweep(): void {
    const nowMs = monotonicMs();
    tokens = tokens.filter(({ sinceMs }) => nowMs - sinceMs < TOKEN_MS);
    for (const session of sessions) {
      const isIdle = session.ends.size === 0 && nowMs - session.idleMs >= IDLE_MS;
      if (isIdle || nowMs - session.sinceMs >= MAX_AGE_MS) end(session);
    }
  }

  const sessionOf = (secret: string) => {
    const digest = digestOf(secret);
    return sessions.find((session) => timingSafeEqual(session.digest, digest));
  };

  return {
    commandLineToken,
    createToken() {
      const token = fresh();
      tokens = [...tokens, { digest: digestOf(token), sinceMs: monotonicMs() }].slice(-MAX_OPEN_TOKENS);
      return token;
    },
    enter(token) {
      sweep();
      const digest = digestOf(token);
      const known = tokens.find((other) => timingSafeEqual(other.digest, digest));
      if (known === undefined) return null;
      tokens = tokens.filter((other) => other !== known);
      const secret = fresh();
      const nowMs = monotonicMs();
      sessions.push({ digest: digestOf(secret), sinceMs: nowMs, idleMs: nowMs, ends: new Set() });
      const [oldest] = sessions;
      if (sessions.length > MAX_SESSIONS && oldest !== undefined) end(oldest);
      return secret;
    },
    has(secret) {
      sweep();
      return sessionOf(secret) !== undefined;
    },
    join(secret, tell) {
      sweep();
      const session = sessionOf(secret);
      if (session === undefined) return null;
      session.ends.add(tell);
      return {
        left() {
          session.ends.delete(tell);
          session.idleMs = monotonicMs();
        },
      };
    },
    leave(secret) {
      const session = sessionOf(secret);
      if (session !== undefined) end(session);
    },
    sweep,
    isCommandLine: (header) => header !== undefined && timingSafeEqual(digestOf(header), commandLine),
  };
}

/** Compares digests in constant time. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
