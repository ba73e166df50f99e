/** The list of rules in docs/engines.md stays accurate: everything it names exists, and everything that exists is named. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const SECTIONS = ['8.7', '9.1', '9.2', '9.3', '9.4', '9.5'];

const page = readFileSync(path.join(ROOT, 'docs', 'engines.md'), 'utf8');
const rules = [...page.matchAll(/^\| ((?:8\.7|9\.\d) [^|]+?) \| ([^|]+) \|/gm)].map(([, rule = '', files = '']) => ({
  rule,
  files: [...files.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file),
}));

/** What the names of a file's tests start with, up to the colon; tables of cases may contain it as a separate text. */
function named(file: string): Set<string> {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  return new Set([...text.matchAll(/['`]((?:8\.7|9\.\d) [^'`:]+)[:'`]/g)].map(([, rule = '']) => rule));
}

describe('the rules of the engine protocol', () => {
  it('are listed, each once, from every section', () => {
    expect(new Set(rules.map(({ rule }) => rule)).size).toBe(rules.length);
    expect([...new Set(rules.map(({ rule }) => rule.split(' ')[0]))]).toEqual(SECTIONS);
  });

  it.each(rules)('$rule has tests with its name', ({ rule, files }) => {
    expect(files).not.toEqual([]);
    for (const file of files) expect([...named(file)]).toContain(rule);
  });

  it('are all in the list', () => {
    const tests = readdirSync(path.join(ROOT, 'worker'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.test.ts'),
    );
    const found = tests.flatMap((file) =>
      [...named(path.join('worker', file))].map((rule) => [rule, path.join('worker', file)] as const),
    );
    for (const [rule, file] of found) expect(rules.find((one) => one.rule === rule)?.files, `${rule} of ${file}`).toContain(file);
  });
});
