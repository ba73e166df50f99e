/** Who signed a request. Source: RELAY_PROTOCOL 2.1–2.3. */
import { equalBytes } from '@noble/curves/utils.js';
import type { Hex } from '../../../protocol/hex.ts';
import { recoverAddress } from '../../../protocol/signing/recoverable.ts';
import { requestDigest } from '../../../protocol/signing/request-signature.ts';
import type { RelayContext } from '../context.ts';
import { panic, refuseField } from '../refusal.ts';

export interface SignedInput {
  /** The endpoint's signed fields (RELAY_PROTOCOL 2.4). */
  readonly payload: Readonly<Record<string, unknown>>;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly signature: string;
  readonly version: 1 | 2;
}

export interface Signers {
  /** EIP-55; the signer of the relay's canonical text, then of the Python node's if that is accepted and differs. */
  readonly addresses: readonly [Hex, ...Hex[]];
  /** The exact text, because the relay compares text. */
  readonly isSigner: (address: string) => boolean;
}

export type SignatureCheck = Signers | 'malformed' | 'stale';

export function checkSignature(context: RelayContext, { payload, timestamp, signature, version }: SignedInput): SignatureCheck {
  if (version === 1 && signature.length < 2) throw panic('signature is shorter than its prefix');
  if (version === 2 && (signature.length !== 132 || !signature.startsWith('0x'))) return 'malformed';
  // v1 drops the first two characters, whatever they are.
  const hex = `0x${signature.slice(2)}`;
  const addresses = recoverAll(payload, { timestamp, signature: hex, lenient: context.config.lenientSignatures });
  const [first, ...others] = addresses;
  if (first === undefined) return 'malformed';
  const nowSeconds = Math.floor(context.clock.now() / 1000);
  if (Math.abs(nowSeconds - timestamp) > context.config.clockToleranceSeconds) return 'stale';
  return { addresses: [first, ...others], isSigner: (address) => addresses.some((signer) => signer === address) };
}

/** @throws Refusal 400 signature→"Invalid signature" */
export function requireSignature(context: RelayContext, input: SignedInput): Signers {
  const check = checkSignature(context, input);
  if (check === 'malformed' || check === 'stale') throw refuseField('signature', 'Invalid signature');
  return check;
}

function recoverAll(
  payload: unknown,
  { timestamp, signature, lenient }: { readonly timestamp: number; readonly signature: string; readonly lenient: boolean },
): Hex[] {
  try {
    const digest = requestDigest(payload, timestamp);
    const signer = recoverAddress(digest, signature);
    if (!lenient) return [signer];
    const pythonDigest = requestDigest(payload, timestamp, 'python');
    // The two texts are nearly always the same, and recovering a signer is most of the cost of a request.
    if (equalBytes(digest, pythonDigest)) return [signer];
    return [signer, recoverAddress(pythonDigest, signature)];
  } catch {
    // Whatever is wrong with it, the relay only says "Invalid signature".
    return [];
  }
}
