/** Log-in tokens, and routes that take a token or a signature. Source: RELAY_PROTOCOL 3.1, 3.8. */
import type { FastifyRequest } from 'fastify';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { RelayContext } from '../context.ts';
import { refuseField, unauthorised } from '../refusal.ts';
import { bind } from './bind.ts';
import { checkSignature } from './signature.ts';

const TOKEN_SECONDS = 3600;
const ISSUER = 'crynux-relay';
const claims = z.object({ address: z.string() });
const signedQuery = z.object({ timestamp: z.coerce.number().int().catch(0), signature: z.string().catch('') });

export interface Access {
  /** A token for an address that has authenticated. */
  issue(address: string): Promise<{ readonly token: string; readonly expiresAt: number }>;
  /** The address of the request's token. @throws Refusal 401 */
  tokenAddress(request: FastifyRequest): Promise<string>;
  /**
   * Passes if a token, or else a v2 signature over {address}, belongs to the path's address. @throws Refusal 400, 401
   */
  requireOwner(request: FastifyRequest, mismatch: string): Promise<string>;
}

export function createAccess(context: RelayContext): Access {
  const secret = context.random.bytes(32);

  async function tokenAddress(request: FastifyRequest): Promise<string> {
    const header = request.headers.authorization;
    if (header === undefined || header === '') throw unauthorised('Authorization header required');
    const [scheme, token, ...rest] = header.split(' ');
    if (scheme !== 'Bearer' || token === undefined || rest.length > 0) {
      throw unauthorised("Invalid authorization header format. Use 'Bearer <token>'");
    }
    try {
      const { payload } = await jwtVerify(token, secret, { issuer: ISSUER, currentDate: new Date(context.clock.now()) });
      return claims.parse(payload).address;
    } catch {
      throw unauthorised('Invalid or expired token');
    }
  }

  /** Whatever is wrong with time or signature, the answer is the same as without credentials. */
  function signedBy(request: FastifyRequest, address: string): boolean {
    const { timestamp, signature } = signedQuery.parse(request.query);
    const check = checkSignature(context, { payload: { address }, timestamp, signature, version: 2 });
    if (check === 'malformed' || check === 'stale') throw unauthorised('Valid JWT or signature required');
    return check.isSigner(address);
  }

  return {
    async issue(address) {
      const now = Math.floor(context.clock.now() / 1000);
      const expiresAt = now + TOKEN_SECONDS;
      const token = await new SignJWT({ address })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setSubject(address)
        .setIssuer(ISSUER)
        .setIssuedAt(now)
        .setNotBefore(now)
        .setExpirationTime(expiresAt)
        .sign(secret);
      return { token, expiresAt };
    },
    tokenAddress,
    async requireOwner(request, mismatch) {
      const { address } = bind(request, { shape: (k) => ({ address: k.text() }) });
      const isOwner = await tokenAddress(request).then(
        (holder) => holder === address,
        () => signedBy(request, address),
      );
      if (!isOwner) throw refuseField('address', mismatch);
      return address;
    },
  };
}
