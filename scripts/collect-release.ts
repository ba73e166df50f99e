/**
 * `npm run collect-release -- FROM INTO`: merges what the build machines have produced, each in a folder of FROM, into
 * one release folder. Files with the same name are an error, except for a channel's files, which are merged
 * (scripts/package/merge-feeds.ts).
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { mergeFeeds } from './package/merge-feeds.ts';

const [from, into] = process.argv.slice(2);
if (from === undefined || into === undefined) {
  process.stderr.write('usage: npm run collect-release -- FROM INTO\n');
  process.exit(2);
}
mkdirSync(into, { recursive: true });
const made = new Map<string, string[]>();
for (const kind of readdirSync(from).sort())
  for (const name of readdirSync(path.join(from, kind)).sort())
    made.set(name, [...(made.get(name) ?? []), path.join(from, kind, name)]);
for (const [name, files] of made) {
  const target = path.join(into, name);
  if (/\.yml$/.test(name)) writeFileSync(target, mergeFeeds(files.map((file) => readFileSync(file, 'utf8'))));
  else if (files.length > 1) throw new Error(`built twice: ${files.join(', ')}`);
  else cpSync(files[0] ?? '', target);
  process.stdout.write(`${target}\n`);
}
