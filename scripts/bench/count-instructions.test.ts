import { expect, it } from 'vitest';
import { countInstructions, type RunResult } from './count-instructions.ts';
import { Figures } from './figures.ts';

const counted = (times: number): RunResult => ({
  status: 0,
  stderr: `==7== Cachegrind\n==7== I   refs:      ${(9_000_000_000 + times * 333_000_000).toLocaleString('en')}\n`,
});

it('counts what one more hash takes, without start and compilation', () => {
  const figures = new Figures();
  expect(countInstructions(figures, counted)).toBeNull();
  expect(Object.values(figures.all())).toEqual([{ unit: 'million', runs: [333], floor: null }]);
});

it.for([
  ['is not there', { error: new Error('spawnSync valgrind ENOENT'), status: null, stderr: '' }, /on Debian.*ENOENT/],
  [
    'cannot begin',
    { status: 1, stderr: 'valgrind: Fatal error\nCannot continue -- exiting now.\n' },
    /libc6-dbg.*Cannot continue/,
  ],
  ['tells no count', { status: 0, stderr: '' }, /ended with 0/],
] as const)('says what it needs where valgrind %s', ([, ended, why]) => {
  const figures = new Figures();
  expect(countInstructions(figures, () => ended)).toMatch(why);
  expect(figures.all()).toEqual({});
});
