/** Replaces a file with a finished one atomically, so that readers find all of it or the one before. */
import { renameSync, writeFileSync } from 'node:fs';
import type { FileRules } from './files.ts';
import { SYSTEM } from './system.ts';

/** Windows' errors while another program has one of the two files open. */
const FILE_IN_USE = ['EPERM', 'EACCES', 'EBUSY'];
/** About three seconds in total; a virus scanner keeps a small file open for milliseconds. */
const WAITS_MS = [10, 20, 50, 100, 200, 400, 800, 1600];

export interface ReplaceOptions {
  readonly files?: Pick<FileRules, 'replacesOpenFiles'>;
  readonly rename?: (from: string, to: string) => void;
  /** Blocks, because the file must be in place when the caller continues. */
  readonly wait?: (ms: number) => void;
}

/** Where open files cannot be replaced, it retries until they are closed. @throws as `renameSync` */
export function replaceFile(from: string, to: string, options: ReplaceOptions = {}): void {
  const { files = SYSTEM.files, rename = renameSync, wait = block } = options;
  const waits = files.replacesOpenFiles ? [] : WAITS_MS;
  for (const ms of waits) {
    try {
      rename(from, to);
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && FILE_IN_USE.includes(String(error.code)))) throw error;
      wait(ms);
    }
  }
  rename(from, to);
}

/** Does not wait for the disk: for what a power cut makes worthless anyway. @throws as `writeFileSync` and `renameSync` */
export function writeWhole(file: string, text: string): void {
  const fresh = `${file}.new`;
  writeFileSync(fresh, text);
  replaceFile(fresh, file);
}

function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
