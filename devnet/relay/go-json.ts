/** Reports invalid JSON with the messages of Go's encoding/json instead of V8's. */

/** Parses; the error's message is Go's. `truncated`: how the reader in use reports that the text ends too early. */
export function parseGoJson(text: string, { truncated }: { readonly truncated: string }): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new SyntaxError(goMessage(text, { message: error instanceof Error ? error.message : '', truncated }));
  }
}

/** V8's message about a position → where Go is in the grammar at that point. */
const CONTEXTS: readonly (readonly [RegExp, string])[] = [
  [/Expected ':'/, 'after object key'],
  [/Expected ',' or '}'/, 'after object key:value pair'],
  [/Expected ',' or ']'/, 'after array element'],
  [/property name|double-quoted/i, 'looking for beginning of object key string'],
  [/after JSON/, 'after top-level value'],
  [/control character/, 'in string literal'],
  [/escape/i, 'in string escape code'],
];

function goMessage(text: string, { message, truncated }: { readonly message: string; readonly truncated: string }): string {
  const at = positionOf(text, message);
  if (at === null || at >= text.trimEnd().length || /Unterminated|Unexpected end/.test(message)) return truncated;
  const context = CONTEXTS.find(([pattern]) => pattern.test(message))?.[1] ?? 'looking for beginning of value';
  const char = text[at] ?? '';
  return `invalid character ${char === "'" ? `'\\''` : `'${char}'`} ${context}`;
}

function positionOf(text: string, message: string): number | null {
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return Number(position);
  // Short texts are quoted completely, with the token but without its position.
  const token = /Unexpected token '(.)'/.exec(message)?.[1];
  return token === undefined ? null : text.indexOf(token);
}
