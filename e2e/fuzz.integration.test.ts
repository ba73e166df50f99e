/** Runs the stored inputs, by folder, and proves that findings are detected. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CodedError } from '../protocol/errors.ts';
import { tempDir } from '../worker/testing/temp-dir.ts';
import { readCorpus } from './fuzz/corpus.ts';
import { mutate } from './fuzz/mutate.ts';
import { TARGETS } from './fuzz/targets.ts';
import { tryInput } from './fuzz/try-input.ts';
import { createChoices } from './soak/choices.ts';

describe('every parser', () => {
  it.each(readCorpus().map(({ target, file, bytes }) => [`${target}/${file}`, target, bytes] as const))(
    'ends %s with a value or a coded error',
    async (_, target, bytes) => {
      const ending = await tryInput(TARGETS[target], bytes);
      expect([ending.kind, ending]).toEqual([expect.stringMatching(/^(value|refused)$/), ending]);
    },
  );
});

it('an error without a code is a finding, one with a code is not, and so is too much CPU time', async () => {
  const input = new Uint8Array();
  const uncoded = await tryInput(() => JSON.parse('{'), input);
  expect(uncoded).toMatchObject({ kind: 'uncoded', why: expect.stringContaining('SyntaxError') });
  const coded = () => {
    throw new CodedError('A_CODE', 'coded');
  };
  expect(await tryInput(coded, input)).toEqual({ kind: 'refused', code: 'A_CODE' });
  const busy = () => {
    const before = process.cpuUsage().user;
    while (process.cpuUsage().user - before < 100_000);
  };
  expect(await tryInput(busy, input, 50)).toMatchObject({ kind: 'slow' });
});

it('a folder without a parser, and a parser without an input, are refused', () => {
  const folder = tempDir();
  expect(() => readCorpus(folder)).toThrow('has no input');
  mkdirSync(join(folder, 'no-such-parser'));
  writeFileSync(join(folder, 'no-such-parser', 'seed-1'), '{}');
  expect(() => readCorpus(folder)).toThrow('there is no such target');
});

it('the same seed gives the same inputs again', () => {
  const [one, other] = [new TextEncoder().encode('{"a":[1,2]}'), new TextEncoder().encode('<a></a>')];
  const inputs = (seed: number) => {
    const choices = createChoices(seed);
    return Array.from({ length: 200 }, () => Buffer.from(mutate(one, other, choices)).toString('hex'));
  };
  expect(inputs(5)).toEqual(inputs(5));
  expect(new Set(inputs(5)).size).toBeGreaterThan(150);
});
