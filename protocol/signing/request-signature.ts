/** Signed requests to the relay, both API versions. Source: RELAY_PROTOCOL 2.1–2.4. */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { ProtocolError } from '../errors.ts';
import { bytesToHex, type Hex } from '../hex.ts';
import { type CanonicalStyle, canonicalJson } from './canonical-json.ts';
import { badSignature, recoverAddress, signDigest } from './recoverable.ts';

/** A request is stale if it differs by more than this from the receiver's clock; exactly 60 s still passes. */
export const MAX_CLOCK_DISTANCE_SECONDS = 60;

export interface SignRequest {
  /** The endpoint's signed fields (RELAY_PROTOCOL 2.4), without `timestamp` and `signature`. */
  readonly payload: unknown;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly privateKey: Hex;
}

export interface SignedRequest {
  readonly payload: unknown;
  /** Unix seconds. */
  readonly timestamp: number;
  /** 0x-hex, 65 bytes r‖s‖v. */
  readonly signature: string;
}

export interface VerifyRequest extends SignedRequest {
  readonly nowSeconds: number;
  /** Compared as exact text, as the relay does; if omitted, any signer passes and the caller checks the result. */
  readonly expectedAddress?: string;
  /** Also accept the digest of the Python node, which leaves `<>&` unescaped. The real relay does not. */
  readonly lenient?: boolean;
}

/** keccak256(canonical JSON ‖ decimal timestamp), no EIP-191 prefix. */
export function requestDigest(payload: unknown, timestamp: number, style: CanonicalStyle = 'go'): Uint8Array {
  if (!Number.isSafeInteger(timestamp) || timestamp < 0) {
    throw new ProtocolError('PROTOCOL_BAD_MESSAGE', 'timestamp must be whole unix seconds', {
      what: 'request',
      field: 'timestamp',
    });
  }
  return keccak_256(new TextEncoder().encode(canonicalJson(payload, style) + String(timestamp)));
}

/** 65 bytes r‖s‖v, v 0 or 1, as 0x-hex. */
export function signRequest({ payload, timestamp, privateKey }: SignRequest): Hex {
  return bytesToHex(signDigest(requestDigest(payload, timestamp), privateKey));
}

/** EIP-55 address of the signer. @throws ProtocolError PROTOCOL_BAD_SIGNATURE when the signature is malformed. */
export function recoverRequestSigner({ payload, timestamp, signature }: SignedRequest): Hex {
  return recoverAddress(requestDigest(payload, timestamp), signature);
}

/**
 * The relay's checks on every signed request. Returns the signer's EIP-55 address.
 * @throws ProtocolError PROTOCOL_STALE_TIMESTAMP, PROTOCOL_BAD_SIGNATURE (malformed, or another signer).
 */
export function verifyRequest(request: VerifyRequest): Hex {
  const { timestamp, nowSeconds, expectedAddress, lenient = false } = request;
  const signer = recoverRequestSigner(request);
  if (Math.abs(nowSeconds - timestamp) > MAX_CLOCK_DISTANCE_SECONDS) {
    throw new ProtocolError('PROTOCOL_STALE_TIMESTAMP', `the request's timestamp is ${timestamp}, the clock here ${nowSeconds}`, {
      timestamp,
      nowSeconds,
    });
  }
  if (expectedAddress === undefined || signer === expectedAddress) return signer;
  if (lenient) {
    const pythonSigner = recoverAddress(requestDigest(request.payload, timestamp, 'python'), request.signature);
    if (pythonSigner === expectedAddress) return pythonSigner;
  }
  throw badSignature(`signed by ${signer}, not by ${expectedAddress}`);
}
