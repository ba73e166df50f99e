import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createLog } from '../log.ts';
import { tempDir } from '../testing/temp-dir.ts';
import { LogFile } from './log-file.ts';

const KEY = `0x${'5e'.repeat(32)}`;

it('keeps the log as JSON lines, without the key', () => {
  const file = new LogFile({ directory: join(tempDir(), 'logs') });
  createLog({ level: 'info', secrets: [KEY], stream: { write() {} }, file }).warn({ commitment: '0xab' }, `with ${KEY}`);
  const [path] = file.paths();
  const line = JSON.parse(readFileSync(path ?? '', 'utf8'));
  expect(line).toMatchObject({ level: 40, commitment: '0xab', msg: 'with [redacted]' });
  expect(line.time).toBeTypeOf('number');
});

it('takes a limited part of the disk, newest lines last, also across restarts', () => {
  const directory = tempDir();
  const write = (from: number, to: number) => {
    const file = new LogFile({ directory, maxBytes: 100, kept: 2 });
    for (let n = from; n < to; n++) file.write(`${String(n).padStart(9, '0')}\n`);
    file.close();
    return file.paths();
  };
  write(0, 35);
  const paths = write(35, 67);
  expect(paths.map((path) => path.slice(directory.length + 1))).toEqual(['worker.2.log', 'worker.1.log', 'worker.log']);
  const numbers = paths.flatMap((path) => readFileSync(path, 'utf8').trim().split('\n').map(Number));
  expect(numbers).toEqual(Array.from({ length: 27 }, (_, index) => 40 + index));
});
