/** Checkpoints of fine-tune tasks travel as zip files with the directory's contents at the root. Source: RELAY_PROTOCOL 6.4. */
import { closeSync, createReadStream, createWriteStream, mkdirSync, openSync, writeSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Unzip, UnzipInflate, UnzipPassThrough, Zip, ZipPassThrough } from 'fflate';
import { WorkerError } from '../errors.ts';

/** Packs the regular files below `dir`, in the order of their names, so that equal contents make equal archives. */
export async function packCheckpoint(dir: string, zipPath: string): Promise<void> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new WorkerError('RESULT_INCOMPLETE', `there is no checkpoint in ${dir}`, { dir }, { cause });
  });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  await pipeline(zipped(dir, paths.sort()), createWriteStream(zipPath));
}

async function* zipped(dir: string, paths: readonly string[]): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error !== null) throw error;
    ready.push(chunk);
  });
  for (const path of paths) {
    const entry = new ZipPassThrough(relative(dir, path).split(sep).join('/'));
    // The earliest time a zip can hold: the archive's bytes depend on the contents alone.
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

/** Unpacks into `dir`. A name that leads out of it ends everything. @throws WorkerError TASK_INPUT_FAILED */
export async function unpackCheckpoint(zipPath: string, dir: string): Promise<void> {
  const problems: Error[] = [];
  const unzip = new Unzip((entry) => {
    if (entry.name.endsWith('/')) return;
    const target = resolve(dir, entry.name);
    if (!target.startsWith(resolve(dir) + sep)) {
      problems.push(new WorkerError('TASK_INPUT_FAILED', `the checkpoint has the name ${entry.name}`, { name: entry.name }));
      return;
    }
    mkdirSync(dirname(target), { recursive: true });
    const file = openSync(target, 'w');
    entry.ondata = (error, chunk, final) => {
      if (error !== null) problems.push(error);
      else writeSync(file, chunk);
      if (error !== null || final) closeSync(file);
    };
    entry.start();
  });
  unzip.register(UnzipInflate);
  unzip.register(UnzipPassThrough);
  mkdirSync(dir, { recursive: true });
  for await (const chunk of createReadStream(zipPath) as AsyncIterable<Buffer>) {
    unzip.push(chunk);
    if (problems[0] !== undefined) throw problems[0];
  }
  unzip.push(new Uint8Array(), true);
  if (problems[0] !== undefined) throw problems[0];
}
