import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, type Hex, hexToBytes } from '../hex.ts';

/**
 * keccak256(taskId ‖ nonce), both 32 bytes; lower-case, since the relay compares commitments as text. The three
 * tasks of a validation group share the task id and differ in the nonce (RELAY_PROTOCOL 5.2, 5.3).
 * @throws ProtocolError PROTOCOL_BAD_HEX
 */
export function taskCommitment(taskId: Hex, nonce: Hex): Hex {
  const packed = new Uint8Array(64);
  packed.set(hexToBytes(taskId, 'taskId', 32), 0);
  packed.set(hexToBytes(nonce, 'nonce', 32), 32);
  return bytesToHex(keccak_256(packed));
}
