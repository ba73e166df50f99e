/** The files of a catalogue model on disk, judged by their sizes; contents are judged when they are downloaded. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CatalogueFile } from './catalogue.ts';

interface Files {
  readonly folder: string;
  readonly files: readonly CatalogueFile[];
}

export async function isOnDisk(model: Files): Promise<boolean> {
  return (await filesNotOnDisk(model)).length === 0;
}

/** Files that are missing or have the wrong size. */
export async function filesNotOnDisk({ folder, files }: Files): Promise<CatalogueFile[]> {
  const absent: CatalogueFile[] = [];
  for (const file of files) if ((await sizeOf(pathOf(folder, file))) !== file.sizeBytes) absent.push(file);
  return absent;
}

export function pathOf(folder: string, { path }: { readonly path: string }): string {
  return join(folder, ...path.split('/'));
}

/** What has arrived of a file is kept next to it until it is complete and correct. */
export function partOf(path: string): string {
  return `${path}.part`;
}

/** Bytes; 0 if there is no such file. */
export async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

export function totalBytes(files: readonly { readonly sizeBytes: number }[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
