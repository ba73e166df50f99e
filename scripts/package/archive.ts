/**
 * Reads Electron's archives (asar): a JSON header that lists every file, then their bytes, one after the other. Source:
 * https://github.com/electron/asar#format.
 */
import { closeSync, openSync, readSync } from 'node:fs';

interface ArchivedFolder {
  readonly files: Readonly<Record<string, ArchivedEntry>>;
}
interface ArchivedFile {
  readonly size: number;
  /** Offset from the end of the header, in bytes; missing for a file next to the archive. */
  readonly offset?: string;
  readonly unpacked?: boolean;
}
export type ArchivedEntry = ArchivedFolder | ArchivedFile | { readonly link: string };

export interface Archive {
  readonly root: ArchivedFolder;
  /** By its path with forward slashes; null = no such entry. */
  find(name: string): ArchivedEntry | null;
  /** All files, without folders, by their path with forward slashes. */
  list(): readonly (readonly [name: string, entry: ArchivedEntry])[];
  /** @throws Error if it is not a file of the archive */
  read(name: string): Buffer;
  /** Where a file's bytes begin in the archive. @throws like `read` */
  positionOf(name: string): number;
}

/** The header's text is preceded by its length as a pickle, twice, and by its own length. */
const PREFIX_BYTES = 16;

/** @throws Error if it is not an archive */
export function openArchive(archive: string): Archive {
  const prefix = bytesOf(archive, 0, PREFIX_BYTES);
  const dataAt = 8 + prefix.readUInt32LE(4);
  const root: ArchivedFolder = JSON.parse(bytesOf(archive, PREFIX_BYTES, prefix.readUInt32LE(12)).toString('utf8'));
  const find = (name: string): ArchivedEntry | null => {
    let entry: ArchivedEntry | null = root;
    for (const part of name.split('/')) entry = entry !== null && 'files' in entry ? (entry.files[part] ?? null) : null;
    return entry;
  };
  const fileOf = (name: string): { readonly size: number; readonly at: number } => {
    const entry = find(name);
    if (entry === null || !('size' in entry) || entry.offset === undefined) throw new Error(`${archive} has no file ${name}`);
    return { size: entry.size, at: dataAt + Number(entry.offset) };
  };
  return {
    root,
    find,
    list: () => filesIn(root, ''),
    read(name) {
      const { at, size } = fileOf(name);
      return bytesOf(archive, at, size);
    },
    positionOf: (name) => fileOf(name).at,
  };
}

function filesIn({ files }: ArchivedFolder, folder: string): (readonly [string, ArchivedEntry])[] {
  return Object.entries(files).flatMap(([name, entry]) =>
    'files' in entry ? filesIn(entry, `${folder}${name}/`) : [[`${folder}${name}`, entry] as const],
  );
}

function bytesOf(file: string, position: number, length: number): Buffer {
  const handle = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(length);
    if (readSync(handle, buffer, 0, length, position) !== length) throw new Error(`${file} ends too early`);
    return buffer;
  } finally {
    closeSync(handle);
  }
}

/** An archive without files. */
export function emptyArchive(): Buffer {
  const text = Buffer.from('{"files":{}}');
  const prefix = Buffer.alloc(PREFIX_BYTES);
  for (const [index, value] of [4, text.length + 8, text.length + 4, text.length].entries())
    prefix.writeUInt32LE(value, 4 * index);
  return Buffer.concat([prefix, text]);
}
