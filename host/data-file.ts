/**
 * A small JSON file of the host: parsed by a schema, versioned, written atomically, with the previous content beside it
 * (`.bak`). One that can not be read is never written over.
 */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { HostError } from './errors.ts';

export interface DataFileOptions<Content> {
  readonly path: string;
  readonly schema: z.ZodType<Content>;
  /** Step n turns the content of version n + 1 into that of version n + 2; its length says the present version. */
  readonly migrations?: readonly ((content: unknown) => unknown)[];
}

export interface DataFile<Content> {
  /** Null = there is none yet. @throws HostError HOST_FILE_DAMAGED, HOST_FILE_NEWER */
  read(): Content | null;
  write(content: Content): void;
}

const envelopeSchema = z.object({ version: z.number().int().positive(), content: z.unknown() });

export function createDataFile<Content>({ path: file, schema, migrations = [] }: DataFileOptions<Content>): DataFile<Content> {
  const version = migrations.length + 1;
  return {
    read() {
      const text = readText(file);
      if (text === null) return null;
      const envelope = envelopeSchema.safeParse(readJson(text, file));
      if (!envelope.success) throw damaged(file, 'it has no version');
      if (envelope.data.version > version) {
        throw new HostError('HOST_FILE_NEWER', `${file} is of version ${envelope.data.version}`, { file });
      }
      const steps = migrations.slice(envelope.data.version - 1);
      const parsed = schema.safeParse(steps.reduce((content, step) => step(content), envelope.data.content));
      if (parsed.success) return parsed.data;
      const issue = parsed.error.issues[0];
      throw damaged(file, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`, issue?.path.join('.') ?? '');
    },
    write(content) {
      mkdirSync(path.dirname(file), { recursive: true });
      if (existsSync(file)) copyFileSync(file, `${file}.bak`);
      writeAtomically(file, `${JSON.stringify({ version, content }, null, 2)}\n`);
    },
  };
}

/** Readable by the owner alone; on disk when it returns, wholly or not at all. */
export function writeAtomically(file: string, text: string): void {
  const descriptor = openSync(`${file}.new`, 'w', 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(`${file}.new`, file);
}

/** Puts the copy in the place of a damaged file, which is kept under another name. @throws HostError HOST_FILE_DAMAGED */
export function restoreCopy(file: string, nowMs: number): void {
  if (!existsSync(`${file}.bak`)) throw damaged(file, 'there is no copy of it');
  if (existsSync(file)) renameSync(file, `${file}.damaged-${nowMs}`);
  copyFileSync(`${file}.bak`, file);
}

function readText(file: string): string | null {
  if (!existsSync(file)) {
    // Written once and now gone: to begin anew would lose what the copy still has.
    if (existsSync(`${file}.bak`)) throw damaged(file, 'it is missing, but its copy is there');
    return null;
  }
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw damaged(file, cause instanceof Error ? cause.message : String(cause));
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
