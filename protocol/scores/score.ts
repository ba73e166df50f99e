/** Scores of result files: how they are computed, which a node may submit, and when two are equal. Source: RELAY_PROTOCOL 6.1. */
import { sha256 } from '@noble/hashes/sha2.js';
import { ProtocolError } from '../errors.ts';
import { bytesToHex, type Hex, hexToBytes, isHex } from '../hex.ts';
import type { TaskType } from '../tasks/status.ts';
import { imageHash } from './phash.ts';
import type { ZlibPort } from './zlib-port.ts';

/** Bytes that one result file adds to the score: a perceptual hash or a SHA-256. */
export const SCORE_BYTES_PER_FILE: Readonly<Record<TaskType, number>> = { StableDiffusion: 8, Llm: 32, FineTuneLora: 8 };

/** Concatenated image hashes in file order (StableDiffusion, FineTuneLora). @throws ProtocolError PROTOCOL_BAD_IMAGE */
export function imageScore(pngs: readonly Uint8Array[], zlib?: ZlibPort): Hex {
  return scoreOfParts(pngs.map((png) => imageHash(png, zlib)));
}

/** Concatenated SHA-256 of the raw bytes of each file, in file order (Llm). */
export function textScore(files: readonly Uint8Array[]): Hex {
  return scoreOfParts(files.map((file) => bytesToHex(sha256(file))));
}

/**
 * The score of a task's result files, in numeric order of their names; `zlib` as for `imageHash`.
 * @throws ProtocolError PROTOCOL_BAD_IMAGE
 */
export function scoreOfFiles(type: TaskType, files: readonly Uint8Array[], zlib?: ZlibPort): Hex {
  return type === 'Llm' ? textScore(files) : imageScore(files, zlib);
}

/**
 * Checks that a node may submit a score. A score of all zeros is the hash of an image blackened by the safety checker,
 * which is a failure of the node. Upper-case is refused because the relay compares the score as text with the hash of the
 * uploaded files.
 * @throws ProtocolError PROTOCOL_BAD_SCORE
 */
export function assertValidScore(type: TaskType, score: string): asserts score is Hex {
  const unit = SCORE_BYTES_PER_FILE[type];
  const length = (score.length - 2) / 2;
  if (!isHex(score) || score !== score.toLowerCase()) throw badScore('is not lower-case 0x-hex');
  if (length === 0) throw badScore('is empty');
  if (length % unit !== 0) throw badScore(`has ${length} bytes, not a multiple of ${unit}`);
  if (/^0x0*$/.test(score)) throw badScore('is all zero');
}

/**
 * Llm: the same bytes. Images: the same length, a multiple of 8 bytes, and in every 8-byte block fewer than
 * `distanceThreshold` different bits; there is no sum over blocks. Not transitive for images. As on the networks, two
 * empty image scores are equal. Source: RELAY_PROTOCOL 4.6, CHAIN_PROTOCOL 6.
 * @throws ProtocolError PROTOCOL_BAD_HEX
 */
export function scoresEqual(type: TaskType, a: string, b: string, distanceThreshold: number): boolean {
  const left = hexToBytes(a, 'score');
  const right = hexToBytes(b, 'score');
  if (left.length !== right.length) return false;
  if (type === 'Llm') return left.every((byte, i) => byte === right[i]);
  if (left.length % 8 !== 0) return false;
  for (let block = 0; block < left.length; block += 8) {
    if (hammingDistance(left.subarray(block, block + 8), right.subarray(block, block + 8)) >= distanceThreshold) return false;
  }
  return true;
}

/** Number of differing bits in two byte strings of the same length. */
export function hammingDistance(a: Uint8Array, b: Uint8Array): number {
  let distance = 0;
  for (const [i, byte] of a.entries()) {
    for (let rest = byte ^ (b[i] ?? 0); rest !== 0; rest &= rest - 1) distance++;
  }
  return distance;
}

/** A score made of the files' parts, in file order. */
export function scoreOfParts(parts: readonly Hex[]): Hex {
  return `0x${parts.map((part) => part.slice(2)).join('')}`;
}

function badScore(why: string): ProtocolError {
  return new ProtocolError('PROTOCOL_BAD_SCORE', `score ${why}`);
}
