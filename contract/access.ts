/** Access tokens: with one, the host's other programs, or a colleague's, can read or control this program's nodes. */
import { z } from 'zod';
import { ROLES } from './acts.ts';

/** The prefix of every token, so that secret scanners recognise it. */
export const ACCESS_TOKEN_PREFIX = 'cxa_';
/** 32 random bytes. */
export const accessTokenSchema = z.string().regex(/^cxa_[\w-]{43}$/, 'must be an access token: cxa_ and 43 characters');

export const accessNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be lower-case letters, digits and dashes, 32 at most');

export const accessDraftSchema = z.object({ name: accessNameSchema, role: z.enum(ROLES) });

export const accessViewSchema = accessDraftSchema.extend({ createdMs: z.number() });
export type AccessView = Readonly<z.output<typeof accessViewSchema>>;

/** The token itself is returned only once; the program stores just its digest. */
export const accessCreatedSchema = accessViewSchema.extend({ token: accessTokenSchema });
export type AccessCreated = Readonly<z.output<typeof accessCreatedSchema>>;

/** The code with which a token's connections are closed when it is revoked. */
export const ACCESS_REVOKED = 'ACCESS_REVOKED';
