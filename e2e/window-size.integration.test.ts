/**
 * What the window loads before its first screen is ready: a budget in compressed bytes (brotli), which does not depend
 * on the machine's speed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { beforeAll, expect, it } from 'vitest';
import { buildDesktop } from '../scripts/build-desktop.ts';

const WINDOW = path.resolve(import.meta.dirname, '..', 'out', 'renderer');
const BUDGET_KIB = 250;

beforeAll(() => buildDesktop());

const sizes = new Map<string, number>();

/** The screens share most of their files, and compressing takes long. */
function compressedBytes(file: string): number {
  const bytes = sizes.get(file) ?? brotliCompressSync(readFileSync(path.join(WINDOW, file))).length;
  sizes.set(file, bytes);
  return bytes;
}

/** A file and everything it imports statically, each once. */
function withImports(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(path.join(WINDOW, file), 'utf8');
  for (const [, name] of text.matchAll(/(?:from|import)"\.\/([^"]+)"/g)) withImports(`assets/${name}`, seen);
  return seen;
}

it.for(['overview', 'first-run'])('the screen %s, as the first one, needs no more than the budget', (feature) => {
  const page = readFileSync(path.join(WINDOW, 'index.html'), 'utf8');
  const linked = [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, file]) => file ?? '');
  const screen = readdirSync(path.join(WINDOW, 'assets')).filter((name) => name.startsWith(`${feature}-screen-`));
  expect(screen).toHaveLength(1);
  const files = new Set([...linked, `assets/${screen[0]}`].flatMap((file) => [...withImports(file)]));
  const bytes = [...files].reduce((sum, file) => sum + compressedBytes(file), 0);
  expect(bytes / 1_024).toBeLessThanOrEqual(BUDGET_KIB);
});
