import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commitmentOf } from '../testing/remote-task.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { LOG_LIMITS, logExcerpt } from './log-excerpt.ts';

const TASK = commitmentOf(7);
const line = (level: number, time: number, rest: object = {}) => JSON.stringify({ level, time, ...rest });
const WINDOW = { commitment: TASK, fromMs: 100, toMs: 200 };

function logFile(lines: readonly string[], name = 'node.log', dir = tempDir()): string {
  const path = join(dir, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

it('contains the lines that mention the task, with or without 0x, and the warnings from its time', async () => {
  const wanted = [
    line(30, 5, { commitment: TASK, msg: 'long before' }),
    line(40, 100, { msg: 'warned at the start' }),
    line(50, 200, { msg: 'error at the end' }),
    `plain text of the engine about ${TASK.slice(2)}`,
  ];
  const path = logFile([
    line(30, 150, { msg: 'another task', commitment: commitmentOf(8) }),
    ...wanted,
    line(40, 99),
    line(40, 201),
    '{ broken',
    '',
  ]);
  expect(await logExcerpt({ paths: [path], ...WINDOW })).toEqual({ kind: 'excerpt', lines: wanted, truncated: false });
});

it('reads rotated files in order and skips missing ones', async () => {
  const dir = tempDir();
  const [old, recent] = [line(50, 120, { msg: 'old' }), line(50, 130, { msg: 'recent' })];
  const paths = [logFile([old], '1.log', dir), join(dir, 'missing.log'), logFile([recent], '2.log', dir), dir];
  expect(await logExcerpt({ paths, ...WINDOW })).toMatchObject({ lines: [old, recent] });
});

it('reports if there is no log at all', async () => {
  expect(await logExcerpt({ paths: [], ...WINDOW })).toEqual({ kind: 'unavailable' });
  expect(await logExcerpt({ paths: [join(tempDir(), 'none.log')], ...WINDOW })).toEqual({ kind: 'unavailable' });
});

it('keeps the last lines within its limits, and reports that it truncated', async () => {
  const lines = Array.from({ length: 20 }, (_, i) => line(30, i, { commitment: TASK, i }));
  const path = logFile(lines);
  const few = await logExcerpt({ paths: [path], ...WINDOW }, { ...LOG_LIMITS, lines: 3 });
  expect(few).toEqual({ kind: 'excerpt', lines: lines.slice(-3), truncated: true });
  const tail = await logExcerpt(
    { paths: [path], ...WINDOW },
    { ...LOG_LIMITS, readBytes: lines.slice(-2).join('\n').length + 5 },
  );
  expect(tail).toEqual({ kind: 'excerpt', lines: lines.slice(-2), truncated: true });
  const narrow = await logExcerpt({ paths: [path], ...WINDOW }, { ...LOG_LIMITS, lines: 1, lineChars: 10 });
  expect(narrow).toMatchObject({ lines: [`${lines[19]?.slice(0, 10)}…`] });
});
