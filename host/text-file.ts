/** Reads text files that a host may have edited, see {@link decodeText}. */
import { readFileSync } from 'node:fs';
import { decodeText } from '../protocol/decode-text.ts';

/** @throws the file system's error; TypeError as {@link decodeText} */
export function readTextFile(file: string): string {
  return decodeText(readFileSync(file));
}
