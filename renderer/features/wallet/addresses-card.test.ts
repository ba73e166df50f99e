import { expect, it } from 'vitest';
import { benefitState, keyState } from './addresses-card.tsx';

it('a value that was not read is unknown, and never “not set”', () => {
  expect([benefitState(null), benefitState('unknown'), benefitState('0x8a')]).toEqual(['notSet', 'notRead', null]);
});

it('a key of the local network is called what it is, and only a proof counts as a backup', () => {
  expect([keyState(undefined, true), keyState(undefined, false)]).toEqual(['localKey', 'unknownKey']);
  const words = [
    { backedUp: false, imported: false },
    { backedUp: false, imported: true },
    { backedUp: true, imported: true },
  ].map((key) => keyState(key, false));
  expect(words).toEqual(['notBackedUp', 'imported', 'backedUp']);
});
