/**
 * Text of files that a host may have edited: Notepad and PowerShell write UTF-8 with a byte order mark, or UTF-16. The one
 * decoder for all of them.
 */

/** @throws TypeError: neither UTF-8 nor UTF-16 */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
}

/** By the mark; without one by where the zeros of ASCII letters are, and JSON begins with two of those. */
function encodingOf([first, second, third, fourth]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first !== 0 && second === 0 && fourth === 0) return 'utf-16le';
  if (first === 0 && second !== 0 && third === 0) return 'utf-16be';
  return 'utf-8';
}
