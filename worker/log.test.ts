import { describe, expect, it } from 'vitest';
import { createLog, redactor } from './log.ts';

const KEY = '0x420fcabfd5dbb55215490693062e6e530840c64de837d071f0d9da21aaac861e';

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  let text = '';
  const stream = {
    write: (line: string) => {
      text += line;
    },
  };
  write(createLog({ level: 'debug', secrets: [KEY], stream }));
  return text;
}

describe('a planted key never reaches the log', () => {
  const plants: readonly [string, (log: ReturnType<typeof createLog>) => void][] = [
    ['in a field', (log) => log.info({ anything: KEY }, 'x')],
    ['in a known field', (log) => log.info({ config: { privateKey: KEY } }, 'x')],
    ['in the message', (log) => log.info(`started with ${KEY}`)],
    ['without 0x, in capitals', (log) => log.info(KEY.slice(2).toUpperCase())],
    ['in an error and its cause', (log) => log.error({ err: new Error('a', { cause: new Error(KEY) }) }, 'x')],
    ['inside JSON inside a string', (log) => log.info({ text: JSON.stringify({ deep: JSON.stringify({ k: KEY }) }) }, 'x')],
    ['in an array', (log) => log.warn({ list: [[KEY]] }, 'x')],
  ];
  for (const [where, write] of plants) {
    it(where, () => {
      const text = logged(write);
      expect(text.toLowerCase()).not.toContain(KEY.slice(2));
      expect(text).toContain('[redacted]');
      expect(() => JSON.parse(text)).not.toThrow();
    });
  }

  it('neither does a foreign secret under a known name', () => {
    const other = '0x'.padEnd(66, 'f');
    const text = logged((log) =>
      log.info({ password: 'correct horse', authorization: 'Bearer abc.def' }, `private_key=${other}`),
    );
    for (const secret of [other, 'horse', 'abc.def']) expect(text).not.toContain(secret);
  });

  it('neither does a secret that has quotes and backslashes in it, at any depth', () => {
    const password = 'cor\\rect "horse" battery';
    const text = logged((log) =>
      log.info({ password, deep: JSON.stringify({ password, deeper: JSON.stringify({ password }) }) }, 'x'),
    );
    for (const part of ['rect', 'horse', 'battery']) expect(text).not.toContain(part);
    expect(JSON.parse(JSON.parse(JSON.parse(text).deep).deeper)).toEqual({ password: '[redacted]' });
  });

  it('commitments, scores and counts stay readable', () => {
    const commitment = `0x${'11'.repeat(32)}`;
    const text = logged((log) => log.info({ commitment, tokens: 12, key: 7 }, 'task seen'));
    expect(JSON.parse(text)).toMatchObject({ commitment, tokens: 12, key: 7, msg: 'task seen' });
  });
});

it('a short or odd "secret" does not blank the log', () => {
  expect(redactor(['0x', 'ab'])('nothing ab here')).toBe('nothing ab here');
});
