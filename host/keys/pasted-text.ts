/**
 * Cleans up a key or words pasted from a clipboard, a page, a table or a text file: line breaks, tabs, all kinds of
 * spaces, invisible characters, and full-width letters.
 */
const INVISIBLE = /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;

/** Single plain spaces between words, and none around them. */
export function cleanPastedText(text: string): string {
  return text.normalize('NFKD').replace(INVISIBLE, '').trim().split(/\s+/).join(' ');
}

/** Whether it is meant as a private key, valid or not, rather than as words. */
export function looksLikePrivateKey(text: string): boolean {
  return /^(?:0x)?[0-9a-f]+$/i.test(cleanPastedText(text).replaceAll(' ', '')) || !cleanPastedText(text).includes(' ');
}
