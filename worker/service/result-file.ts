/** Files of a task's result for a UI, identified by their position in the result, never by a path. */
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { TaskFile } from '../../contract/tasks.ts';
import type { Artifact } from '../store/artifacts.ts';

/** Larger files are not sent to a UI. */
export const MAX_FILE_BYTES = 8 * 1024 * 1024;
const MAGIC_BYTES = 8;

export interface FileBytes {
  readonly mime: string;
  readonly base64: string | null;
}

/** @param artifacts in upload order, which gives their positions. */
export function taskFiles(resultsDir: string, artifacts: readonly Artifact[]): Promise<TaskFile[]> {
  return Promise.all(
    artifacts.map(async (artifact, position) => ({
      position,
      kind: kindOf(artifact),
      sizeBytes: artifact.size,
      sha256: artifact.sha256,
      present: (await locateFile(resultsDir, artifact)) !== null,
    })),
  );
}

/** The bytes determine the type. `base64` is null if the file is missing or too large. */
export async function readTaskFile(resultsDir: string, artifact: Artifact): Promise<FileBytes> {
  const path = await locateFile(resultsDir, artifact);
  const file = path === null ? null : await open(path, 'r').catch(() => null);
  if (file === null) return { mime: UNKNOWN, base64: null };
  try {
    return await readOpenFile(file);
  } finally {
    await file.close();
  }
}

async function readOpenFile(file: FileHandle): Promise<FileBytes> {
  const { size } = await file.stat();
  if (size > MAX_FILE_BYTES) {
    const head = Buffer.alloc(MAGIC_BYTES);
    await file.read(head, 0, MAGIC_BYTES, 0);
    return { mime: isPng(head) ? PNG : UNKNOWN, base64: null };
  }
  // If the file grows meanwhile, only its original size is read.
  const bytes = Buffer.alloc(size);
  const { bytesRead } = await file.read(bytes, 0, size, 0);
  const content = bytes.subarray(0, bytesRead);
  return { mime: detectMime(content), base64: content.toString('base64') };
}

/**
 * Absolute path, or null if the file is missing, not a regular file, or not inside the results folder after following
 * links.
 */
async function locateFile(resultsDir: string, artifact: Artifact): Promise<string | null> {
  try {
    const root = await realpath(resultsDir);
    const path = await realpath(join(root, artifact.path));
    return path.startsWith(root + sep) && (await stat(path)).isFile() ? path : null;
  } catch {
    return null;
  }
}

const [PNG, JSON_TEXT, UNKNOWN] = ['image/png', 'application/json', 'application/octet-stream'] as const;

function detectMime(bytes: Uint8Array): string {
  if (isPng(bytes)) return PNG;
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return JSON_TEXT;
  } catch {
    return UNKNOWN;
  }
}

function isPng(bytes: Uint8Array): boolean {
  return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, at) => bytes[at] === byte);
}

function kindOf({ kind, path }: Artifact): TaskFile['kind'] {
  if (kind === 'checkpoint') return 'checkpoint';
  if (path.endsWith('.png')) return 'image';
  return path.endsWith('.json') ? 'text' : 'other';
}
