/** Text written by others, made safe for a terminal or a list. */
const UNSAFE_CHARACTER = /[\p{C}\p{Zl}\p{Zp}]/u;

/** Replaces every character that moves a cursor, hides something or breaks a line with a replacement character. */
export function plainText(text: string): string {
  return text.replace(new RegExp(UNSAFE_CHARACTER, 'gu'), '\u{fffd}');
}

export function isPlainText(text: string): boolean {
  return !UNSAFE_CHARACTER.test(text);
}
