/** What the palette can go to, and how it is found by what is typed. Pure. */

export interface Command {
  readonly id: string;
  readonly text: string;
  /** Address behind `#`. */
  readonly to: string;
}

/** Every word that is typed has to be in it, in any order and letter case. */
export function matching(commands: readonly Command[], typed: string): readonly Command[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter(({ text }) => words.every((word) => text.toLowerCase().includes(word)));
}

/** The next one, around the ends. */
export function moved(at: number, by: 1 | -1, count: number): number {
  return count === 0 ? 0 : (at + by + count) % count;
}
