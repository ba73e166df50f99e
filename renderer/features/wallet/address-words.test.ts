import { expect, it } from 'vitest';
import { benefitWord, keyWord } from './address-words.ts';

it('a value that was not read is unknown, and never “not set”', () => {
  expect([benefitWord(null), benefitWord('unknown'), benefitWord('0x8a')]).toEqual(['notSet', 'notRead', null]);
});

it('a key of the local network is called what it is, and only a proof counts as a backup', () => {
  expect([keyWord(undefined, true), keyWord(undefined, false)]).toEqual(['localKey', 'unknownKey']);
  const words = [
    { backedUp: false, imported: false },
    { backedUp: false, imported: true },
    { backedUp: true, imported: true },
  ].map((key) => keyWord(key, false));
  expect(words).toEqual(['notBackedUp', 'imported', 'backedUp']);
});
