/**
 * Unpacks a zip file from an untrusted source. The directory's declarations are checked before anything is written, and the
 * output is compared with them while it is written. Memory stays bounded whatever the sizes.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';

export interface ArchiveLimits {
  readonly entries: number;
  /** All files together, unpacked. */
  readonly unpackedBytes: number;
  /** Unpacked bytes per packed byte of one file; small files may exceed it. */
  readonly ratio: number;
}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
  /** Offset of its local header. */
  readonly offset: number;
}

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const CENTRAL_SIGNATURE = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const MAX_DIRECTORY_BYTES = 16 * 1024 ** 2;
const STORED = 0;
const DEFLATED = 8;
/** Below this size the ratio is not checked. */
const SMALL_BYTES = 16 * 1024 ** 2;
/** Marks a value that is stored in a larger format, which is not supported here. */
const ZIP64_MARKER = 0xffff_ffff;

/** @throws the error of `refuse` for each way in which the archive is invalid, and file system errors */
export async function unpackArchive(
  path: string,
  dir: string,
  { limits, refuse }: { readonly limits: ArchiveLimits; readonly refuse: (why: string) => Error },
): Promise<void> {
  const file = await open(path, 'r');
  try {
    const entries = await readDirectory(file, limits, refuse);
    await mkdir(dir, { recursive: true });
    for (const entry of entries) await unpackEntry({ file, path, target: resolveTarget(dir, entry, refuse), entry, refuse });
  } finally {
    await file.close();
  }
}

/** Files only; every bound that can be checked before unpacking is checked here. */
async function readDirectory(file: FileHandle, limits: ArchiveLimits, refuse: (why: string) => Error): Promise<Entry[]> {
  const { size } = await file.stat();
  const tail = await readAt(
    file,
    Math.max(0, size - END_BYTES - MAX_COMMENT_BYTES),
    Math.min(size, END_BYTES + MAX_COMMENT_BYTES),
  );
  let end = tail.length - END_BYTES;
  while (end >= 0 && !(tail.readUInt32LE(end) === END_SIGNATURE && tail.readUInt16LE(end + 20) === tail.length - end - END_BYTES))
    end--;
  if (end < 0) throw refuse('it is no zip archive');
  const count = tail.readUInt16LE(end + 10);
  const [bytes, offset] = [tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
  if (count === 0xffff || bytes === ZIP64_MARKER || offset === ZIP64_MARKER)
    throw refuse('it is larger than 4 GiB or 65,534 files');
  if (count === 0) throw refuse('it is empty');
  if (count > limits.entries) throw refuse(`it has ${count} files, more than ${limits.entries}`);
  if (bytes > MAX_DIRECTORY_BYTES || offset + bytes > size) throw refuse('its directory lies outside it');
  const directory = await readAt(file, offset, bytes);
  const entries: Entry[] = [];
  let at = 0;
  let unpackedBytes = 0;
  let packedBytes = 0;
  for (let n = 0; n < count; n++) {
    if (at + CENTRAL_BYTES > directory.length || directory.readUInt32LE(at) !== CENTRAL_SIGNATURE)
      throw refuse('its directory is damaged');
    const next = at + CENTRAL_BYTES + sumUint16(directory, at, [28, 30, 32]);
    if (next > directory.length) throw refuse('its directory is damaged');
    const entry: Entry = {
      name: directory.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + directory.readUInt16LE(at + 28)).toString('utf8'),
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    };
    at = next;
    checkEntry(entry, limits, refuse);
    unpackedBytes += entry.bytes;
    packedBytes += entry.packedBytes;
    // Files that share their bytes are how a small archive becomes a huge one.
    if (packedBytes > size) throw refuse('its files are larger than it is');
    if (unpackedBytes > limits.unpackedBytes) throw refuse(`it unpacks to more than ${limits.unpackedBytes} bytes`);
    if (!entry.name.endsWith('/')) entries.push(entry);
  }
  return entries;
}

function checkEntry({ name, method, packedBytes, bytes }: Entry, limits: ArchiveLimits, refuse: (why: string) => Error): void {
  if (method !== STORED && method !== DEFLATED) throw refuse(`${name} is packed in an unknown way`);
  if (method === STORED && packedBytes !== bytes) throw refuse(`${name} has two sizes`);
  if (bytes > SMALL_BYTES && bytes > packedBytes * limits.ratio)
    throw refuse(`${name} unpacks to ${bytes} bytes from ${packedBytes}`);
}

function resolveTarget(dir: string, { name }: Entry, refuse: (why: string) => Error): string {
  const target = resolve(dir, name);
  const isInside = target.startsWith(resolve(dir) + sep) && !name.includes('\\') && !name.includes('\0');
  if (!isInside) throw refuse(`it has the name ${JSON.stringify(name)}`);
  return target;
}

async function unpackEntry(options: {
  readonly file: FileHandle;
  readonly path: string;
  readonly target: string;
  readonly entry: Entry;
  readonly refuse: (why: string) => Error;
}): Promise<void> {
  const { file, path, target, entry, refuse } = options;
  const local = await readAt(file, entry.offset, LOCAL_BYTES);
  if (local.length < LOCAL_BYTES || local.readUInt32LE(0) !== LOCAL_SIGNATURE)
    throw refuse(`${entry.name} is not where it should be`);
  if ((local.readUInt16LE(6) & 1) !== 0) throw refuse(`${entry.name} is encrypted`);
  const start = entry.offset + LOCAL_BYTES + sumUint16(local, 0, [26, 28]);
  let [bytes, crc] = [0, 0];
  const checked = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      crc = crc32(chunk, crc);
      if (bytes > entry.bytes) done(refuse(`${entry.name} is larger than declared`));
      else done(null, chunk);
    },
    flush(done) {
      if (bytes !== entry.bytes) done(refuse(`${entry.name} is smaller than declared`));
      else done(crc === entry.crc ? null : refuse(`${entry.name} is damaged: its check sum is another`));
    },
  });
  const packed = entry.packedBytes === 0 ? [] : createReadStream(path, { start, end: start + entry.packedBytes - 1 });
  try {
    await mkdir(dirname(target), { recursive: true });
    const output = createWriteStream(target, { flags: 'wx' });
    if (entry.method === STORED) await pipeline(packed, checked, output);
    else await pipeline(packed, createInflateRaw(), checked, output);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code.startsWith('Z_')) throw refuse(`${entry.name} is damaged`);
    if (code === 'EEXIST' || code === 'EISDIR' || code === 'ENOTDIR') throw refuse(`it has two files of the name ${entry.name}`);
    throw error;
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function sumUint16(buffer: Buffer, at: number, fields: readonly number[]): number {
  return fields.reduce((sum, field) => sum + buffer.readUInt16LE(at + field), 0);
}
