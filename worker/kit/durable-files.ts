/** Writes that survive a power cut, and hashes of what is really on disk. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { SYSTEM } from '../../platform/system.ts';

export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the names in a directory durable, on systems that require it. */
export async function syncDirectory(path: string): Promise<void> {
  if (!SYSTEM.files.syncsFolders) return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Bytes read or hashed at a time: a few milliseconds of work. */
const STEP = 1024 * 1024;

/** Reads a whole file, with the SHA-256 of exactly the returned bytes. Does not block other work. */
export async function readHashed(path: string): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly sha256: string }> {
  const file = await open(path, 'r');
  try {
    const bytes = new Uint8Array((await file.stat()).size);
    const hash = createHash('sha256');
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, Math.min(STEP, bytes.length - filled));
      if (bytesRead === 0) break;
      hash.update(bytes.subarray(filled, filled + bytesRead));
      filled += bytesRead;
    }
    return { bytes: bytes.subarray(0, filled), sha256: hash.digest('hex') };
  } finally {
    await file.close();
  }
}
