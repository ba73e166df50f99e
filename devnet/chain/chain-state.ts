/** Saves the state of a chain in a file atomically, even if the power fails. */

import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { replaceFile } from '../../platform/replace-file.ts';
import { SYSTEM } from '../../platform/system.ts';
import { SerialQueue } from '../../protocol/serial-queue.ts';
import type { AnvilControl } from './anvil-control.ts';

const unzip = promisify(gunzip);

/** One save after another; a later one contains everything from earlier ones. */
export function chainStateFile(file: string, control: AnvilControl): () => Promise<void> {
  const queue = new SerialQueue();
  return () => queue.run(async () => write(file, await unzip(await control.dumpState())));
}

function write(file: string, json: Buffer): void {
  const folder = path.dirname(file);
  mkdirSync(folder, { recursive: true });
  const temporary = `${file}.new`;
  const opened = openSync(temporary, 'w', 0o600);
  try {
    for (let at = 0; at < json.length; ) at += writeSync(opened, json, at);
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
  replaceFile(temporary, file);
  if (!SYSTEM.files.syncsFolders) return;
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
