import { expect, it } from 'vitest';
import { passphraseProblem } from './keys.ts';

it.each([
  ['', 'short'],
  ['seven77', 'short'],
  ['12345678', 'simple'],
  ['1234567890', 'simple'],
  ['87654321', 'simple'],
  ['aaaaaaaaaaaa', 'simple'],
  ['abababababab', 'simple'],
  ['password1', 'simple'],
  ['Qwertz123!', 'simple'],
  ['a heron on the ice of march', null],
  ['k7#mPq2x', null],
  ['马在冰上走过三月的湖', null],
])('a new passphrase %j: %s', (passphrase, problem) => {
  expect(passphraseProblem(passphrase)).toBe(problem);
});
