/** secp256k1 keys and their EIP-55 addresses. Error texts never contain a private key. */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { ProtocolError } from '../errors.ts';
import { bytesToHex, type Hex, hexToBytes } from '../hex.ts';

/** @throws ProtocolError PROTOCOL_BAD_HEX unless it is 0x-hex of 32 bytes and a scalar of the curve. */
export function privateKeyBytes(privateKey: string): Uint8Array {
  const bytes = hexToBytes(privateKey, 'privateKey', 32);
  if (secp256k1.utils.isValidSecretKey(bytes)) return bytes;
  throw new ProtocolError('PROTOCOL_BAD_HEX', 'privateKey is not a scalar of secp256k1', { field: 'privateKey' });
}

/** 64 bytes X‖Y, without the leading 04: the form in which the network exchanges public keys. */
export function publicKeyOf(privateKey: Hex): Hex {
  return bytesToHex(secp256k1.getPublicKey(privateKeyBytes(privateKey), false).subarray(1));
}

/** EIP-55 address of a private key. */
export function addressOf(privateKey: Hex): Hex {
  return addressOfPublicKey(publicKeyOf(privateKey));
}

/** EIP-55 address of a 64-byte public key. @throws ProtocolError PROTOCOL_BAD_HEX if it has any other length. */
export function addressOfPublicKey(publicKey: Hex): Hex {
  const digest = keccak_256(hexToBytes(publicKey, 'publicKey', 64));
  return checksumAddress(bytesToHex(digest.subarray(12)));
}

/** The EIP-55 spelling of an address. The relay compares addresses as text, so the case of each letter matters. */
export function checksumAddress(address: string): Hex {
  const lower = bytesToHex(hexToBytes(address, 'address', 20)).slice(2);
  const digest = keccak_256(new TextEncoder().encode(lower));
  const spelled = [...lower].map((digit, i) => {
    const byte = digest[i >> 1] ?? 0;
    const nibble = i % 2 === 0 ? byte >> 4 : byte & 0xf;
    return nibble >= 8 ? digit.toUpperCase() : digit;
  });
  return `0x${spelled.join('')}`;
}
