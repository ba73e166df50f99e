/** Checkpoints of fine-tune tasks travel as zip files with the directory's contents at the root. Source: RELAY_PROTOCOL 6.4. */
import { createReadStream, createWriteStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Zip, ZipPassThrough } from 'fflate';
import { WorkerError } from '../kit/errors.ts';
import { unpackArchive } from './zip-archive.ts';

/** Packs the regular files below `dir`, in the order of their names, so that equal contents make equal archives. */
export async function packCheckpoint(dir: string, zipPath: string): Promise<void> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new WorkerError('RESULT_INCOMPLETE', `there is no checkpoint in ${dir}`, { dir }, { cause });
  });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  await pipeline(zipChunks(dir, paths.sort()), createWriteStream(zipPath));
}

async function* zipChunks(dir: string, paths: readonly string[]): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error !== null) throw error;
    ready.push(chunk);
  });
  for (const path of paths) {
    const entry = new ZipPassThrough(relative(dir, path).split(sep).join('/'));
    // The earliest time that a zip can store, so that the archive's bytes depend only on its contents.
    entry.mtime = new Date(1980, 0, 1);
    zip.add(entry);
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      entry.push(chunk);
      yield* ready.splice(0);
    }
    entry.push(new Uint8Array(), true);
    yield* ready.splice(0);
  }
  zip.end();
  yield* ready.splice(0);
}

/** Far more than an adapter with its optimizer contains; the download limits the archive itself. */
const LIMITS = { entries: 10_000, unpackedBytes: 8 * 1024 ** 3, ratio: 200 };

/** Unpacks into `dir`; an archive that does not match its own directory is never used. @throws WorkerError TASK_INPUT_FAILED */
export async function unpackCheckpoint(zipPath: string, dir: string): Promise<void> {
  const refuse = (why: string) => new WorkerError('TASK_INPUT_FAILED', `the checkpoint is refused: ${why}`, { why });
  await unpackArchive(zipPath, dir, { limits: LIMITS, refuse });
}
