/** Longer lines are cut; engines decide what they say. */
const MAX_CHARACTERS = 500;

/** The last line of a traceback, which states the error. Empty if there is no text. */
export function lastLine(traceback: string): string {
  return (traceback.trimEnd().split('\n').at(-1) ?? '').trim().slice(0, MAX_CHARACTERS);
}
