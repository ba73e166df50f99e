/**
 * The access tokens of this program. Only their digests are kept, in a file that only this user can read: a token has 256
 * random bits, so that a digest tells nothing about it.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { ACCESS_TOKEN_PREFIX, type AccessCreated, type AccessView, accessViewSchema } from '../../contract/access.ts';
import type { Role } from '../../contract/acts.ts';
import type { Clock, Random } from '../../protocol/ports.ts';
import { createDataFile } from '../data-file.ts';
import { HostError } from '../errors.ts';

const SECRET_BYTES = 32;
/** Each is somebody's; a list that nobody can read through is no protection. */
export const MAX_ACCESS_TOKENS = 100;

export interface AccessTokens {
  list(): readonly AccessView[];
  /** Durable when it returns. @throws HostError ACCESS_NAME_TAKEN, ACCESS_TOO_MANY */
  create(draft: { readonly name: string; readonly role: Role }): AccessCreated;
  /** Its connections end before this returns. @throws HostError ACCESS_UNKNOWN */
  revoke(name: string): void;
  /** Whose token it is; null = nobody's, or no longer. */
  find(token: string): AccessView | null;
  /** Hears the names of the revoked; the answer ends it. */
  watchRevoked(listener: (name: string) => void): () => void;
}

const entrySchema = accessViewSchema.extend({ digest: z.string().regex(/^[0-9a-f]{64}$/) });
const contentSchema = z.object({ tokens: z.array(entrySchema) });

export interface AccessTokensOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Hears that a damaged file was set aside: no token of it counts any more. */
  readonly onSetAside?: (problem: HostError) => void;
}

/** @throws HostError HOST_FILE_NEWER, HOST_FILE_UNREADABLE */
export function openAccessTokens({ file, clock, random, onSetAside = () => {} }: AccessTokensOptions): AccessTokens {
  const data = createDataFile({ path: file, schema: contentSchema });
  let { tokens } = data.readOrSetAside(onSetAside) ?? { tokens: [] };
  const listeners = new Set<(name: string) => void>();

  function save(next: typeof tokens): void {
    // The copy beside it takes the place of a damaged file: it must not have the revoked ones.
    data.writeForGood({ tokens: next });
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
