/** Hashes files that may be too large for memory. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** Bytes hashed at a time: a few milliseconds of work. */
const STEP = 1024 * 1024;

/**
 * SHA-256 in hex, and size in bytes. Reads into one buffer: a stream takes a new one for each piece, and collecting those
 * costs more than the hash.
 * @throws Error of the file system
 */
export async function hashFile(path: string): Promise<{ readonly sha256: string; readonly size: number }> {
  const hash = createHash('sha256');
  const file = await open(path);
  try {
    const buffer = Buffer.allocUnsafe(Math.max(1, Math.min((await file.stat()).size, STEP)));
    for (let size = 0; ; ) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return { sha256: hash.digest('hex'), size };
      hash.update(buffer.subarray(0, bytesRead));
      size += bytesRead;
    }
  } finally {
    await file.close();
  }
}
