import { ProtocolError } from '../errors.ts';
import { bytesToHex, type Hex, hexToBytes } from '../hex.ts';

/** One task in `modulus` must be validated as a group: a network parameter (RELAY_PROTOCOL 5.2, CHAIN_PROTOCOL 5). */
export const SAMPLING_MODULUS = { relay: 100, chain: 10 } as const;

/**
 * True when the VRF output selects its task for group validation: output, as a big-endian number, mod modulus is 0.
 * @throws ProtocolError PROTOCOL_BAD_HEX unless the output has 32 bytes, PROTOCOL_BAD_PROOF for a modulus below 1.
 */
export function isSampled(output: Hex, modulus: number): boolean {
  const bytes = hexToBytes(output, 'output', 32);
  if (!Number.isSafeInteger(modulus) || modulus < 1) {
    throw new ProtocolError('PROTOCOL_BAD_PROOF', 'the sampling modulus must be a positive integer', { modulus });
  }
  return BigInt(bytesToHex(bytes)) % BigInt(modulus) === 0n;
}
