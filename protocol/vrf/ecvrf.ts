/**
 * ECVRF on secp256k1 with SHA-256, try-and-increment, suite 0xfe: the draft-06-era construction that relay and
 * contracts verify, not RFC 9381 (no trailing zero bytes, no public key in the challenge). Source: RELAY_PROTOCOL 5.1.
 */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToNumberBE, concatBytes, numberToBytesBE } from '@noble/curves/utils.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { ProtocolError } from '../errors.ts';
import { bytesToHex, type Hex, hexToBytes } from '../hex.ts';
import { privateKeyBytes } from '../signing/keys.ts';

const { Point } = secp256k1;
type CurvePoint = InstanceType<typeof Point>;

const SUITE = 0xfe;
const STEP = { hashToCurve: 0x01, challenge: 0x02, output: 0x03 } as const;
const ORDER = Point.Fn.ORDER;
/** Gamma (33) ‖ c (16) ‖ s (32). */
const PROOF_BYTES = 81;

export interface VrfProof {
  /** 81 bytes: Gamma, c, s. */
  readonly proof: Hex;
  /** 32 bytes; its remainder decides the kind of validation. */
  readonly output: Hex;
}

export interface VrfClaim {
  /** 64 bytes X‖Y. */
  readonly publicKey: string;
  /** The task's sampling seed: 32 bytes in the network, any length here. */
  readonly alpha: string;
  readonly proof: string;
}

export type VrfVerdict = { readonly valid: true; readonly output: Hex } | { readonly valid: false; readonly output: null };

const INVALID: VrfVerdict = { valid: false, output: null };

/**
 * The output of {@link proveVrf} without its proof, at less than half the cost, for searching through many seeds.
 * @throws ProtocolError PROTOCOL_BAD_HEX if the key is not a scalar of the curve, or later if alpha is not hex.
 */
export function vrfOutputs(privateKey: Hex): (alpha: Hex) => Hex {
  const x = bytesToNumberBE(privateKeyBytes(privateKey));
  const key = Point.BASE.multiply(x);
  return (alpha) => outputOf(hashToCurve(key, hexToBytes(alpha, 'alpha')).multiply(x));
}

/** @throws ProtocolError PROTOCOL_BAD_HEX if the key is not a scalar of the curve or alpha is not hex. */
export function proveVrf(privateKey: Hex, alpha: Hex): VrfProof {
  const secret = privateKeyBytes(privateKey);
  const x = bytesToNumberBE(secret);
  const h = hashToCurve(Point.BASE.multiply(x), hexToBytes(alpha, 'alpha'));
  const gamma = h.multiply(x);
  const k = nonce(secret, sha256(h.toBytes(true)));
  const c = challenge([h, gamma, Point.BASE.multiply(k), h.multiply(k)]);
  const s = (k + c * x) % ORDER;
  const proof = concatBytes(gamma.toBytes(true), numberToBytesBE(c, 16), numberToBytesBE(s, 32));
  return { proof: bytesToHex(proof), output: outputOf(gamma) };
}

/**
 * Does not throw for a proof that merely fails, or whose bytes are not points or scalars; it returns `valid: false`.
 * @throws ProtocolError PROTOCOL_BAD_HEX for a key, alpha or proof that is not hex of its length.
 */
export function verifyVrf({ publicKey, alpha, proof }: VrfClaim): VrfVerdict {
  const keyBytes = hexToBytes(publicKey, 'publicKey', 64);
  const seed = hexToBytes(alpha, 'alpha');
  const proofBytes = hexToBytes(proof, 'proof', PROOF_BYTES);
  const key = decodePoint(concatBytes(Uint8Array.of(0x04), keyBytes));
  const gamma = decodePoint(proofBytes.subarray(0, 33));
  const c = bytesToNumberBE(proofBytes.subarray(33, 49));
  const s = bytesToNumberBE(proofBytes.subarray(49));
  if (key === null || gamma === null || s >= ORDER) return INVALID;
  const h = hashToCurve(key, seed);
  const u = multiply(Point.BASE, s).subtract(multiply(key, c));
  const v = multiply(h, s).subtract(multiply(gamma, c));
  // The point at infinity has no compressed form; no honest proof leads there.
  if (u.is0() || v.is0()) return INVALID;
  return challenge([h, gamma, u, v]) === c ? { valid: true, output: outputOf(gamma) } : INVALID;
}

/** Try-and-increment: the first counter whose hash is the x of a point; the point with even y. */
function hashToCurve(key: CurvePoint, alpha: Uint8Array): CurvePoint {
  const prefix = concatBytes(Uint8Array.of(SUITE, STEP.hashToCurve), key.toBytes(true), alpha);
  for (let counter = 0; counter < 256; counter++) {
    const x = sha256(concatBytes(prefix, Uint8Array.of(counter)));
    const point = decodePoint(concatBytes(Uint8Array.of(0x02), x));
    if (point !== null) return point;
  }
  // Each try fails with probability 1/2, so this has probability 2^-256.
  throw new ProtocolError('PROTOCOL_BAD_PROOF', 'no curve point belongs to this seed');
}

function challenge(points: readonly CurvePoint[]): bigint {
  const digest = sha256(concatBytes(Uint8Array.of(SUITE, STEP.challenge), ...points.map((point) => point.toBytes(true))));
  return bytesToNumberBE(digest.subarray(0, 16));
}

function outputOf(gamma: CurvePoint): Hex {
  return bytesToHex(sha256(concatBytes(Uint8Array.of(SUITE, STEP.output), gamma.toBytes(true))));
}

/** RFC 6979 with HMAC-SHA256 over an already hashed message, so that a proof is reproducible to the byte. */
function nonce(secret: Uint8Array, digest: Uint8Array): bigint {
  const reduced = numberToBytesBE(bytesToNumberBE(digest) % ORDER, 32);
  let v: Uint8Array = new Uint8Array(32).fill(1);
  let key: Uint8Array = new Uint8Array(32);
  for (const step of [0x00, 0x01]) {
    key = hmac(sha256, key, concatBytes(v, Uint8Array.of(step), secret, reduced));
    v = hmac(sha256, key, v);
  }
  for (;;) {
    v = hmac(sha256, key, v);
    const k = bytesToNumberBE(v);
    if (k > 0n && k < ORDER) return k;
    key = hmac(sha256, key, concatBytes(v, Uint8Array.of(0x00)));
    v = hmac(sha256, key, v);
  }
}

/** Everything here is public, so the faster variable-time multiplication is fine; it also accepts a zero scalar. */
function multiply(point: CurvePoint, scalar: bigint): CurvePoint {
  return point.multiplyUnsafe(scalar);
}

function decodePoint(bytes: Uint8Array): CurvePoint | null {
  try {
    return Point.fromBytes(bytes);
  } catch {
    return null;
  }
}
