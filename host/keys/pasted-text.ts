/**
 * A key or words as they come from a clipboard, a page, a table or a text file: with line breaks, tabs, blanks of every
 * kind, marks that show nothing, and letters of full width.
 */
const INVISIBLE = /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;

/** With one plain blank wherever there were any, and none around it. */
export function pastedText(text: string): string {
  return text.normalize('NFKD').replace(INVISIBLE, '').trim().split(/\s+/).join(' ');
}

/** Whether it is meant as a private key, well written or not, rather than as words. */
export function looksLikeKey(text: string): boolean {
  return /^(?:0x)?[0-9a-f]+$/i.test(pastedText(text).replaceAll(' ', '')) || !pastedText(text).includes(' ');
}
