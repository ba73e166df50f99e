/** What a host has set for the official worker in `config/.env` of the official node. Source: RELAY_PROTOCOL 9.1. */

/** Every `WORKER_X=v` as `X: v`; other lines are the node's own and may hold its secrets. */
export function workerSettings(text: string): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const [, name, value] = /^\s*(?:export\s+)?WORKER_(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) settings[name] = unquoted(value);
  }
  return settings;
}

function unquoted(value: string): string {
  const [, quote, inner] = /^(["'])(.*)\1$/.exec(value) ?? [];
  if (quote !== undefined) return inner ?? '';
  return value.replace(/\s+#.*$/, '');
}
