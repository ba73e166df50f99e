/** Files in a folder and its subfolders, without following links. */
import { lstat, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

export interface WalkedFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  /** Size of the file itself; 0 for a link. */
  readonly sizeBytes: number;
}

/**
 * Sorted by path. Empty if there is no such folder; a single entry if it is a file. Files that vanish meanwhile are
 * omitted.
 */
export async function listFilesBelow(folder: string): Promise<WalkedFile[]> {
  const top = await lstat(folder).catch(() => null);
  if (top === null) return [];
  if (!top.isDirectory()) return [{ path: '', sizeBytes: sizeOfEntry(top) }];
  const files: WalkedFile[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const stats = await lstat(path).catch(() => null);
    if (stats !== null) files.push({ path: withForwardSlashes(relative(folder, path)), sizeBytes: sizeOfEntry(stats) });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Names directly in a folder, sorted; empty if there is no such folder. */
export async function listNames(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

export function sumBytes(files: readonly { readonly sizeBytes: number }[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** The path with `/`, as recorded on every platform. */
export function withForwardSlashes(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

function sizeOfEntry(stats: { isFile(): boolean; readonly size: number }): number {
  return stats.isFile() ? stats.size : 0;
}
