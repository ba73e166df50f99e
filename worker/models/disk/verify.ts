/** Whether a model's files are as downloaded: by size, or by checksum. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ModelFile } from '../../../contract/models.ts';
import { blobName } from './huggingface-cache.ts';

export type FilesVerdict =
  | { readonly kind: 'right' }
  | { readonly kind: 'missing'; readonly detail: string }
  | { readonly kind: 'damaged'; readonly detail: string; readonly files: readonly string[] };

const GIT_HASH = /^[0-9a-f]{40}$/;

/** Compares only sizes: cheap, and enough to notice missing or truncated files. */
export async function compareSizes(folder: string, files: readonly ModelFile[]): Promise<FilesVerdict> {
  const missing: string[] = [];
  const damaged: string[] = [];
  for (const file of files) {
    const size = (await stat(join(folder, file.path)).catch(() => null))?.size;
    if (size === undefined) missing.push(file.path);
    else if (size !== file.sizeBytes) damaged.push(file.path);
  }
  if (missing.length > 0) return { kind: 'missing', detail: summarise(missing, files.length) };
  return damaged.length > 0 ? { kind: 'damaged', detail: summarise(damaged, files.length), files: damaged } : { kind: 'right' };
}

/** Compares every byte. A file without a known checksum is judged by its size. @throws the signal's reason */
export async function compareContents(folder: string, files: readonly ModelFile[], signal: AbortSignal): Promise<FilesVerdict> {
  const sizes = await compareSizes(folder, files);
  if (sizes.kind !== 'right') return sizes;
  const damaged: string[] = [];
  for (const file of files) if (!(await isIntact(join(folder, file.path), file, signal))) damaged.push(file.path);
  return damaged.length > 0 ? { kind: 'damaged', detail: summarise(damaged, files.length), files: damaged } : sizes;
}

async function isIntact(path: string, { sha256, sizeBytes }: ModelFile, signal: AbortSignal): Promise<boolean> {
  if (sha256 !== null) return (await hashOf(path, 'sha256', '', signal)) === sha256;
  const name = await blobName(path);
  if (!GIT_HASH.test(name)) return true;
  return (await hashOf(path, 'sha1', `blob ${sizeBytes}\0`, signal)) === name;
}

async function hashOf(path: string, algorithm: 'sha256' | 'sha1', prefix: string, signal: AbortSignal): Promise<string> {
  const hash = createHash(algorithm).update(prefix);
  await pipeline(createReadStream(path), hash, { signal });
  return hash.digest('hex');
}

function summarise(paths: readonly string[], of: number): string {
  const more = paths.length > 3 ? ', …' : '';
  return `${paths.length} of ${of}: ${paths.slice(0, 3).join(', ')}${more}`;
}
