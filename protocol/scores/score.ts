/** Comparison of scores. Source: RELAY_PROTOCOL 4.6; CHAIN_PROTOCOL 6. */
import { hexToBytes } from '../hex.ts';
import type { TaskType } from '../tasks/status.ts';

const HASH_BYTES = 8;

/** Number of differing bits of two equally long byte strings. */
export function hammingDistance(a: Uint8Array, b: Uint8Array): number {
  let distance = 0;
  for (let i = 0; i < a.length; i++) {
    for (let bits = (a[i] ?? 0) ^ (b[i] ?? 0); bits !== 0; bits &= bits - 1) distance++;
  }
  return distance;
}

/**
 * LLM: byte-equal. Images: same length, a multiple of 8 bytes, and every 8-byte block's Hamming distance
 * below `distanceThreshold`. Not transitive for images.
 * @throws ProtocolError PROTOCOL_BAD_HEX
 */
export function scoresEqual(type: TaskType, a: string, b: string, distanceThreshold: number): boolean {
  const left = hexToBytes(a, 'score');
  const right = hexToBytes(b, 'score');
  if (left.length !== right.length) return false;
  if (type === 'Llm') return left.every((byte, i) => byte === right[i]);
  if (left.length % HASH_BYTES !== 0) return false;
  for (let at = 0; at < left.length; at += HASH_BYTES) {
    if (hammingDistance(left.subarray(at, at + HASH_BYTES), right.subarray(at, at + HASH_BYTES)) >= distanceThreshold)
      return false;
  }
  return true;
}
