/**
 * A small JSON file of the host: parsed by a schema, versioned, written atomically, with the previous content next to
 * it (`.bak`). A damaged file is kept under another name and replaced by the copy; a file that merely cannot be read at
 * the moment is left alone.
 */

import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../platform/replace-file.ts';
import { SYSTEM } from '../platform/system.ts';
import { HostError, isHostError } from './errors.ts';
import { readTextFile } from './text-file.ts';

export interface DataFileOptions<Content> {
  readonly path: string;
  readonly schema: z.ZodType<Content>;
  /** Step n migrates version n + 1 to version n + 2; the number of steps determines the current version. */
  readonly migrations?: readonly ((content: unknown) => unknown)[];
  /** Called after a damaged file was replaced by its copy. */
  readonly onRestored?: (problem: HostError) => void;
}

export interface DataFile<Content> {
  /**
   * Null = it does not exist yet.
   * @throws HostError HOST_FILE_DAMAGED if there is no good copy, HOST_FILE_NEWER, HOST_FILE_UNREADABLE
   */
  read(): Content | null;
  /**
   * Like {@link DataFile.read}, for files that are not essential: a damaged one without a good copy is renamed, and
   * null is returned. `onSetAside` receives the problem and the new name.
   * @throws HostError HOST_FILE_NEWER, HOST_FILE_UNREADABLE, HOST_FILE_UNWRITABLE
   */
  readOrSetAside(onSetAside?: (problem: HostError, kept: string | null) => void): Content | null;
  /** @throws HostError HOST_FILE_UNWRITABLE */
  write(content: Content): void;
  /** Like {@link DataFile.write}, but overwrites the copy too, so that a removed secret is in neither file. */
  writePermanently(content: Content): void;
}

const envelopeSchema = z.object({ version: z.number().int().positive(), content: z.unknown() });

export function createDataFile<Content>(options: DataFileOptions<Content>): DataFile<Content> {
  const { path: file, schema, migrations = [], onRestored = () => {} } = options;
  const version = migrations.length + 1;
  const copy = `${file}.bak`;

  function parse(text: string, place: string): Content {
    const envelope = envelopeSchema.safeParse(readJson(text, place));
    if (!envelope.success) throw damaged(place, 'it has no version');
    if (envelope.data.version > version) {
      throw new HostError('HOST_FILE_NEWER', `${place} has version ${envelope.data.version}`, { file: place });
    }
    const steps = migrations.slice(envelope.data.version - 1);
    const parsed = schema.safeParse(steps.reduce((content, step) => step(content), envelope.data.content));
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw damaged(place, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`, issue?.path.join('.') ?? '');
  }

  function readCopy(problem: HostError): Content {
    let content: Content;
    let text: string | null;
    try {
      text = readText(copy);
      if (text === null) throw problem;
      content = parse(text, copy);
    } catch (error) {
      // Both are bad; report what is wrong with the file itself, because a person can repair that.
      throw isHostError(error, 'HOST_FILE_DAMAGED') ? problem : error;
    }
    const kept = setAside(file);
    writeAtomically(file, text);
    const { field = '' } = problem.data;
    const where = kept === null ? '' : `; the damaged one is now ${path.basename(kept)}`;
    const message = `${problem.message}. It was replaced by its copy, the state before the last change${where}`;
    onRestored(new HostError('HOST_FILE_RESTORED', message, { file, field, kept }));
    return content;
  }

  /**
   * The file's current content if it is worth keeping as the copy; null = there is none, or somebody has damaged it in
   * the meantime.
   */
  function goodText(): string | null {
    try {
      const text = readText(file);
      if (text !== null) parse(text, file);
      return text;
    } catch (error) {
      if (isHostError(error, 'HOST_FILE_DAMAGED')) return null;
      throw error;
    }
  }

  function read(): Content | null {
    const text = readText(file);
    // It existed before and is gone now; starting over would lose what the copy still has.
    if (text === null) return existsSync(copy) ? readCopy(damaged(file, 'it is missing')) : null;
    try {
      return parse(text, file);
    } catch (error) {
      if (!isHostError(error, 'HOST_FILE_DAMAGED')) throw error;
      return readCopy(error);
    }
  }

  return {
    read,
    readOrSetAside(onSetAside = () => {}) {
      try {
        return read();
      } catch (error) {
        if (!isHostError(error, 'HOST_FILE_DAMAGED')) throw error;
        const kept = setAside(file);
        setAside(copy);
        onSetAside(error, kept);
        return null;
      }
    },
    write,
    writePermanently(content) {
      write(content);
      write(content);
    },
  };

  function write(content: Content): void {
    try {
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    } catch (cause) {
      throw unwritable(file, cause);
    }
    const before = goodText();
    if (before === null) setAside(file);
    else writeAtomically(copy, before);
    writeAtomically(file, `${JSON.stringify({ version, content }, null, 2)}\n`);
  }
}

/** Renames a damaged file. @returns the new name; null = there was no file. @throws HostError HOST_FILE_UNWRITABLE */
function setAside(file: string): string | null {
  if (!existsSync(file)) return null;
  for (let n = 1; ; n++) {
    const name = `${file}.damaged${n === 1 ? '' : `-${n}`}`;
    if (existsSync(name)) continue;
    try {
      renameSync(file, name);
    } catch (cause) {
      throw unwritable(file, cause);
    }
    return name;
  }
}

/**
 * Writes a file atomically, readable only by its owner; both content and name are on disk when it returns.
 * @throws HostError HOST_FILE_UNWRITABLE
 */
export function writeAtomically(file: string, text: string): void {
  const fresh = `${file}.new`;
  try {
    // A temporary file left behind by a killed process may be readable by others.
    rmSync(fresh, { force: true });
    const descriptor = openSync(fresh, 'wx', 0o600);
    try {
      for (let rest = Buffer.from(text); rest.length > 0; ) rest = rest.subarray(writeSync(descriptor, rest));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    replaceFile(fresh, file);
    syncFolder(path.dirname(file));
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

/** Makes the names in a folder durable, on systems that need it. */
function syncFolder(folder: string): void {
  if (!SYSTEM.files.syncsFolders) return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } catch (cause) {
    // Some network and user-space file systems do not support this.
    if (!(cause instanceof Error && 'code' in cause && ['EINVAL', 'ENOTSUP', 'ENOSYS'].includes(String(cause.code)))) throw cause;
  } finally {
    closeSync(descriptor);
  }
}

function readText(file: string): string | null {
  if (!existsSync(file)) return null;
  try {
    return readTextFile(file);
  } catch (cause) {
    if (cause instanceof TypeError) throw damaged(file, 'it is neither UTF-8 nor UTF-16');
    const reason = reasonOf(cause);
    throw new HostError('HOST_FILE_UNREADABLE', `${file}: ${reason}`, { file, reason }, { cause });
  }
}

function readJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw damaged(file, 'it is not JSON');
  }
}

function damaged(file: string, why: string, field = ''): HostError {
  return new HostError('HOST_FILE_DAMAGED', `${file}: ${why}`, { file, field });
}

/** For everything that writes a file of the host. */
export function unwritable(file: string, cause: unknown): HostError {
  const reason = reasonOf(cause);
  return new HostError('HOST_FILE_UNWRITABLE', `${file}: ${reason}`, { file, reason }, { cause });
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
