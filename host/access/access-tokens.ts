/**
 * This program's access tokens. Only their digests are stored, in a file that only this user can read. A token has 256
 * random bits, so its digest reveals nothing about it.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { ACCESS_TOKEN_PREFIX, type AccessCreated, type AccessView, accessViewSchema } from '../../contract/access.ts';
import type { Role } from '../../contract/acts.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { createDataFile } from '../data-file.ts';
import { HostError } from '../errors.ts';

const SECRET_BYTES = 32;
/** Each belongs to somebody, and a list too long to review would protect nothing. */
export const MAX_ACCESS_TOKENS = 100;

export interface AccessTokens {
  list(): readonly AccessView[];
  /** Stored durably when it returns. @throws HostError ACCESS_NAME_TAKEN, ACCESS_TOO_MANY */
  create(draft: { readonly name: string; readonly role: Role }): AccessCreated;
  /** Closes its connections before returning. @throws HostError ACCESS_UNKNOWN */
  revoke(name: string): void;
  /** Whose token this is; null = unknown or revoked. */
  find(token: string): AccessView | null;
  /** Calls back with the names of revoked tokens. @returns unsubscribe */
  watchRevoked(listener: (name: string) => void): () => void;
}

const entrySchema = accessViewSchema.extend({ digest: z.string().regex(/^[0-9a-f]{64}$/) });
const contentSchema = z.object({ tokens: z.array(entrySchema) });

export interface AccessTokensOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Called after a damaged file was set aside, which invalidates all tokens. */
  readonly onSetAside?: (problem: HostError) => void;
}

/** @throws HostError HOST_FILE_NEWER, HOST_FILE_UNREADABLE */
export function openAccessTokens({ file, clock, random, onSetAside = () => {} }: AccessTokensOptions): AccessTokens {
  const data = createDataFile({ path: file, schema: contentSchema });
  let { tokens } = data.readOrSetAside(onSetAside) ?? { tokens: [] };
  const listeners = new Set<(name: string) => void>();

  function save(next: typeof tokens): void {
    // The backup copy replaces a damaged file, so it must not contain revoked tokens.
    data.writePermanently({ tokens: next });
    tokens = next;
  }

  return {
    list: () => tokens.map(viewOf),
    create({ name, role }) {
      if (tokens.some((one) => one.name === name)) throw new HostError('ACCESS_NAME_TAKEN', `there is a token ${name}`, { name });
      if (tokens.length >= MAX_ACCESS_TOKENS) throw new HostError('ACCESS_TOO_MANY', `there are ${tokens.length} tokens`);
      const token = `${ACCESS_TOKEN_PREFIX}${Buffer.from(random.bytes(SECRET_BYTES)).toString('base64url')}`;
      const view: AccessView = { name, role, createdMs: clock.now() };
      save([...tokens, { ...view, digest: digestOf(token).toString('hex') }]);
      return { ...view, token };
    },
    revoke(name) {
      if (tokens.every((one) => one.name !== name)) throw new HostError('ACCESS_UNKNOWN', `there is no token ${name}`, { name });
      save(tokens.filter((one) => one.name !== name));
      for (const listener of [...listeners]) listener(name);
    },
    find(token) {
      if (!token.startsWith(ACCESS_TOKEN_PREFIX)) return null;
      const digest = digestOf(token);
      const found = tokens.find((one) => timingSafeEqual(Buffer.from(one.digest, 'hex'), digest));
      return found === undefined ? null : viewOf(found);
    },
    watchRevoked(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const viewOf = ({ name, role, createdMs }: z.output<typeof entrySchema>): AccessView => ({ name, role, createdMs });

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
