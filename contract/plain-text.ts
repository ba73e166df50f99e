/** Text written by others, made safe for a terminal or a list. */
const MOVING = /[\p{C}\p{Zl}\p{Zp}]/u;

/** Replaces every character that moves a cursor, hides something or breaks a line with a replacement character. */
export function plainText(text: string): string {
  return text.replace(new RegExp(MOVING, 'gu'), '\u{fffd}');
}

export function isPlainText(text: string): boolean {
  return !MOVING.test(text);
}
