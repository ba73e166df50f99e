/** Looks for a secret wherever a running program may have left it, in every common encoding. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunningProcess } from './processes.ts';

/** Encodings of a secret that is 0x-hex or plain text. */
function encodingsOf(secret: string): Buffer[] {
  const isHex = /^0x[0-9a-f]+$/i.test(secret);
  const hex = secret.replace(/^0x/, '');
  const bytes = isHex ? Buffer.from(hex, 'hex') : Buffer.from(secret);
  const texts = isHex ? [hex.toLowerCase(), hex.toUpperCase()] : [secret];
  const written = [...texts, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')];
  return [bytes, ...written.map((text) => Buffer.from(text)), ...texts.map((text) => Buffer.from(text, 'utf16le'))];
}

/** Paths of the files below the folder that contain it. */
export async function filesContaining(folder: string, secret: string): Promise<string[]> {
  const shapes = encodingsOf(secret);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const file = path.join(entry.parentPath, entry.name);
    // A file may disappear during the search.
    const bytes = await readFile(file).catch(() => Buffer.alloc(0));
    if (shapes.some((shape) => bytes.includes(shape))) found.push(path.relative(folder, file));
  }
  return found;
}

export function textContains(text: string, secret: string): boolean {
  const bytes = Buffer.from(text, 'latin1');
  return encodingsOf(secret).some((shape) => bytes.includes(shape));
}

/** Ids of the processes whose arguments or environment contain it. */
export function processesContaining(processes: readonly RunningProcess[], secret: string): number[] {
  return processes.filter(({ cmdline, environ }) => textContains(cmdline + environ, secret)).map(({ pid }) => pid);
}
