/** The data about an image on disk that the score and the later upload need, from one read of its bytes. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { SerialisedError } from '../../../protocol/errors.ts';
import type { Hex } from '../../../protocol/hex.ts';
import { imageHash } from '../../../protocol/scores/phash.ts';
import { nativeZlib } from '../../kit/native-zlib.ts';

export interface ImageDigest {
  /** Of the whole file, lower-case hex without 0x. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** The network's perceptual hash, 8 bytes. */
  readonly hash: Hex;
}

export interface DigestParams {
  /** Absolute. */
  readonly path: string;
  /** From an earlier read: a file with the same bytes is not hashed again. */
  readonly known: ImageDigest | null;
  /** A file that is still being written is ignored; the answer is then null. */
  readonly onlyComplete: boolean;
}

/** Requests to a thread are numbered, and answers come in any order. */
export interface DigestRequest {
  readonly id: number;
  readonly params: DigestParams;
}

export interface DigestAnswer {
  readonly id: number;
  readonly digest: ImageDigest | null;
  /** Set instead of a digest. */
  readonly error: SerialisedError | null;
}

/** The last chunk of every PNG: no length, `IEND`, and its checksum. */
const END_OF_PNG = Buffer.from('0000000049454e44ae426082', 'hex');

/** @throws ProtocolError PROTOCOL_BAD_IMAGE; file system errors */
export async function digestImage({ path, known, onlyComplete }: DigestParams): Promise<ImageDigest | null> {
  const bytes = await readFile(path);
  if (onlyComplete && !bytes.subarray(-END_OF_PNG.length).equals(END_OF_PNG)) return null;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (known !== null && known.sha256 === sha256 && known.size === bytes.length) return known;
  return { sha256, size: bytes.length, hash: imageHash(bytes, nativeZlib) };
}
