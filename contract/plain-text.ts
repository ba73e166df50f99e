/** Text that somebody else has written, for a terminal or a list. */
const MOVING = /[\p{C}\p{Zl}\p{Zp}]/u;

/** What moves a cursor, hides something or makes a line of its own is shown as one replacement character each. */
export function plainText(text: string): string {
  return text.replace(new RegExp(MOVING, 'gu'), '\u{fffd}');
}

export function isPlainText(text: string): boolean {
  return !MOVING.test(text);
}
