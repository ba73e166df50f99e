/** 65-byte recoverable signatures r‖s‖v over a 32-byte digest, as Ethereum tools write them. */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { ProtocolError } from '../errors.ts';
import { bytesToHex, type Hex, hexToBytes, isHex } from '../hex.ts';
import { addressOfPublicKey, privateKeyBytes } from './keys.ts';

/** r‖s‖v with v 0 or 1; deterministic (RFC 6979). */
export function signDigest(digest: Uint8Array, privateKey: Hex): Uint8Array {
  const recovered = secp256k1.sign(digest, privateKeyBytes(privateKey), { prehash: false, format: 'recovered' });
  const signature = new Uint8Array(65);
  signature.set(recovered.subarray(1), 0);
  signature[64] = recovered[0] ?? 0;
  return signature;
}

/**
 * EIP-55 address whose key signed the digest; v must be 0 or 1. Like the relay's library, it accepts a high s.
 * @throws ProtocolError PROTOCOL_BAD_SIGNATURE if the text is not a signature or no key belongs to it.
 */
export function recoverAddress(digest: Uint8Array, signature: string): Hex {
  if (!isHex(signature, 65)) throw badSignature('signature must be 0x-hex of 65 bytes');
  const bytes = hexToBytes(signature, 'signature', 65);
  const v = bytes[64] ?? 0;
  if (v > 1) throw badSignature('the last byte of a signature must be 0 or 1');
  const recovered = new Uint8Array([v, ...bytes.subarray(0, 64)]);
  return addressOfPublicKey(bytesToHex(recoverPoint(recovered, digest).subarray(1)));
}

function recoverPoint(recovered: Uint8Array, digest: Uint8Array): Uint8Array {
  try {
    return secp256k1.Signature.fromBytes(recovered, 'recovered').recoverPublicKey(digest).toBytes(false);
  } catch (cause) {
    throw badSignature('no key belongs to this signature', cause);
  }
}

export function badSignature(message: string, cause?: unknown): ProtocolError {
  return new ProtocolError('PROTOCOL_BAD_SIGNATURE', message, {}, { cause });
}
