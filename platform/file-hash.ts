/** Hashes of files whose size is that of a program or a library. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

const LARGEST_READ_BYTES = 1 << 20;

/**
 * In hex. Reads into one buffer: a stream takes a new one for each piece, and collecting those costs more than the hash.
 * @throws Error of the file system
 */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(size, LARGEST_READ_BYTES)));
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}
