/**
 * Makes archives readable in this thread, as Electron does in all its processes: modules are loaded from them, and `fs`
 * reads and lists their contents. Nothing in them can be written or started. To plain Node, an archive is a file and
 * not a folder.
 */
import fs from 'node:fs';
import { registerHooks, syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Archive, type ArchivedEntry, openArchive } from '../../scripts/package/archive.ts';

interface ArchivePlace {
  readonly archive: string;
  readonly name: string;
  readonly entry: ArchivedEntry | null;
}

const archives = new Map<string, Archive>();

function archiveOf(file: string): Archive {
  const known = archives.get(file) ?? openArchive(file);
  archives.set(file, known);
  return known;
}

/** Null = not a place in an archive. */
function archivePlace(place: unknown): ArchivePlace | null {
  const text = place instanceof URL ? fileURLToPath(place) : typeof place === 'string' ? path.resolve(place) : '';
  const cut = text.indexOf(`.asar${path.sep}`);
  if (cut < 0) return null;
  const archive = text.slice(0, cut + '.asar'.length);
  const name = text.slice(archive.length + 1);
  return { archive, name, entry: archiveOf(archive).find(name.split(path.sep).join('/')) };
}

function notFoundError({ archive, name }: ArchivePlace, syscall: string): NodeJS.ErrnoException {
  const file = path.join(archive, name);
  return Object.assign(new Error(`ENOENT: no such file or directory, ${syscall} '${file}'`), {
    code: 'ENOENT',
    syscall,
    path: file,
  });
}

function read(inside: ArchivePlace, options: unknown): Buffer | string {
  if (inside.entry === null || !('size' in inside.entry)) throw notFoundError(inside, 'open');
  const bytes = archiveOf(inside.archive).read(inside.name.split(path.sep).join('/'));
  const encoding = typeof options === 'string' ? options : (options as { encoding?: BufferEncoding } | undefined)?.encoding;
  return encoding == null ? bytes : bytes.toString(encoding as BufferEncoding);
}

function list(inside: ArchivePlace): string[] {
  if (inside.entry === null || !('files' in inside.entry)) throw notFoundError(inside, 'scandir');
  return Object.keys(inside.entry.files);
}

/** Listed with their types; there are only files and folders. */
function listEntries(inside: ArchivePlace, options: unknown): unknown[] {
  const { withFileTypes = false, recursive = false } = (options ?? {}) as { withFileTypes?: boolean; recursive?: boolean };
  if (recursive) throw new Error('the double lists no archive recursively');
  const names = list(inside);
  if (!withFileTypes) return names;
  const { entry } = inside;
  return names.map((name) => {
    const isFolder = entry !== null && 'files' in entry && 'files' in (entry.files[name] ?? {});
    return { name, parentPath: path.join(inside.archive, inside.name), isFile: () => !isFolder, isDirectory: () => isFolder };
  });
}

type Call = (...given: unknown[]) => unknown;

/** Replaces a function with `own`, only for places in archives. */
function patch(target: object, name: string, own: (inside: ArchivePlace, options: unknown) => unknown): void {
  const functions = target as Record<string, Call>;
  const original = functions[name] as Call;
  functions[name] = (...given: unknown[]) => {
    const inside = archivePlace(given[0]);
    return inside === null ? original.apply(target, given) : own(inside, given[1]);
  };
}

patch(fs, 'readFileSync', read);
patch(fs, 'existsSync', ({ entry }) => entry !== null);
patch(fs, 'readdirSync', listEntries);
patch(fs.promises, 'readFile', async (inside, options) => read(inside, options));
patch(fs.promises, 'readdir', async (inside, options) => listEntries(inside, options));
syncBuiltinESMExports();

registerHooks({
  resolve(specifier, context, next) {
    const isPlace = /^(file:|\.{0,2}\/)/.test(specifier);
    const base = context.parentURL ?? 'file:///';
    if (!isPlace) return next(specifier, context);
    const url = new URL(specifier, base);
    const inside = url.protocol === 'file:' ? archivePlace(url) : null;
    if (inside === null) return next(specifier, context);
    if (inside.entry === null) throw notFoundError(inside, 'import');
    return { url: url.href, shortCircuit: true };
  },
  load(url, context, next) {
    const inside = url.startsWith('file:') ? archivePlace(new URL(url)) : null;
    if (inside === null) return next(url, context);
    const format = url.endsWith('.json') ? 'json' : url.endsWith('.cjs') ? 'commonjs' : 'module';
    return { format, source: read(inside, undefined), shortCircuit: true };
  },
});
