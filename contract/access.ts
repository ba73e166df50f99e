/** Access tokens: how another program of the host's own, or a colleague's, reads this one's nodes or steers them. */
import { z } from 'zod';
import { ROLES } from './acts.ts';

/** What every token begins with, so that a scanner of leaks knows one. */
export const ACCESS_TOKEN_PREFIX = 'cxa_';
/** 32 random bytes. */
export const accessTokenSchema = z.string().regex(/^cxa_[\w-]{43}$/, 'must be an access token: cxa_ and 43 characters');

export const accessNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be lower-case letters, digits and dashes, 32 at most');

export const accessDraftSchema = z.object({ name: accessNameSchema, role: z.enum(ROLES) });

export const accessViewSchema = accessDraftSchema.extend({ createdMs: z.number() });
export type AccessView = Readonly<z.output<typeof accessViewSchema>>;

/** The token itself is told this once; only its digest is kept. */
export const accessCreatedSchema = accessViewSchema.extend({ token: accessTokenSchema });
export type AccessCreated = Readonly<z.output<typeof accessCreatedSchema>>;

/** Code with which the connections of a token end when it is revoked. */
export const ACCESS_REVOKED = 'ACCESS_REVOKED';
