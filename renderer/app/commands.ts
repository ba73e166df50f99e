/** Where the palette can go, and how typed text finds it. Pure. */

export interface Command {
  readonly id: string;
  readonly text: string;
  /** The part of the URL after `#`. */
  readonly path: string;
}

/** True if it contains every typed word, in any order and letter case. */
export function searchCommands(commands: readonly Command[], typed: string): readonly Command[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter(({ text }) => words.every((word) => text.toLowerCase().includes(word)));
}

/** The next entry; wraps around at both ends. */
export function wrapIndex(at: number, by: 1 | -1, count: number): number {
  return count === 0 ? 0 : (at + by + count) % count;
}
