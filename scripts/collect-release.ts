/**
 * `npm run collect-release -- FROM INTO`: what the machines have made, each in a folder of FROM, as one folder of a release. Files of
 * one name are an error, but for a channel's files, which become one (scripts/package/merge-feeds.ts).
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
  else if (files.length > 1) throw new Error(`made twice: ${files.join(', ')}`);
  else cpSync(files[0] ?? '', target);
  process.stdout.write(`${target}\n`);
}
