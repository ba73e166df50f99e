/** A host's settings for the official worker in the official node's `.env`. Source: RELAY_PROTOCOL 9.1. */

/** Every `WORKER_X=v` as `X: v`, the last of each name; other lines belong to the node and may contain its secrets. */
export function workerSettings(text: string): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const [, name, value] = /^\s*(?:export\s+)?WORKER_(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) settings[name] = stripQuotes(value);
  }
  return settings;
}

/** A comment may follow a quoted value like any other. */
function stripQuotes(value: string): string {
  const [, quote, inner] = /^(["'])((?:\\.|(?!\1).)*)\1\s*(?:#.*)?$/.exec(value) ?? [];
  if (quote === undefined || inner === undefined) return value.replace(/(?:^|\s+)#.*$/, '');
  return inner.replace(/\\(["'\\])/g, '$1');
}
