/**
 * The only decoder for text files that a host may have edited: Notepad and PowerShell write UTF-8 with a byte order mark,
 * or UTF-16.
 */

/** @throws TypeError: neither UTF-8 nor UTF-16 */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(detectEncoding(bytes), { fatal: true }).decode(bytes);
}

/** Uses the byte order mark, or else the position of the zero bytes of ASCII characters; JSON begins with two of them. */
function detectEncoding([first, second, third, fourth]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first !== 0 && second === 0 && fourth === 0) return 'utf-16le';
  if (first === 0 && second !== 0 && third === 0) return 'utf-16be';
  return 'utf-8';
}
