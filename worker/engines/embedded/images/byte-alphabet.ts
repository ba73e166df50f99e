/** The printable character that represents each byte in byte-level BPE vocabularies (GPT-2's table, used by CLIP). */

const PRINTABLE: readonly (readonly [first: string, last: string])[] = [
  ['!', '~'],
  ['¡', '¬'],
  ['®', 'ÿ'],
];

/** Byte → character, in the order in which vocabularies number the characters: printable bytes first. */
export function byteAlphabet(): ReadonlyMap<number, string> {
  const alphabet = new Map<number, string>();
  for (const [first, last] of PRINTABLE) {
    for (let byte = first.charCodeAt(0); byte <= last.charCodeAt(0); byte++) alphabet.set(byte, String.fromCharCode(byte));
  }
  let next = 256;
  for (let byte = 0; byte < 256; byte++) {
    if (!alphabet.has(byte)) alphabet.set(byte, String.fromCharCode(next++));
  }
  return alphabet;
}
