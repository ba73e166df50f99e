/** Files below a folder, without following links. */
import { lstat, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

export interface WalkedFile {
  /** Below the folder, with `/`. */
  readonly path: string;
  /** Of the file itself; a link counts nothing. */
  readonly sizeBytes: number;
}

/** Sorted by path; empty when there is no such folder, one file when it is a file. What vanishes meanwhile is left out. */
export async function filesBelow(folder: string): Promise<WalkedFile[]> {
  const top = await lstat(folder).catch(() => null);
  if (top === null) return [];
  if (!top.isDirectory()) return [{ path: '', sizeBytes: sizeOfEntry(top) }];
  const files: WalkedFile[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const stats = await lstat(path).catch(() => null);
    if (stats !== null) files.push({ path: slashed(relative(folder, path)), sizeBytes: sizeOfEntry(stats) });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Names directly in a folder, sorted; empty when there is none. */
export async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

export function sumBytes(files: readonly { readonly sizeBytes: number }[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** As it is recorded, whatever the platform. */
export function slashed(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

function sizeOfEntry(stats: { isFile(): boolean; readonly size: number }): number {
  return stats.isFile() ? stats.size : 0;
}
