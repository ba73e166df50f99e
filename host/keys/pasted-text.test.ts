import { describe, expect, it } from 'vitest';
import { looksLikePrivateKey } from './pasted-text.ts';

const KEY = '420fcabfd5dbb55215490693062e6e530840c64de837d071f0d9da21aaac861e';

describe('pasted text', () => {
  it.each([
    KEY,
    `0X${KEY.toUpperCase()}\n`,
    `${KEY.slice(0, 32)}\n${KEY.slice(32)}`,
    `\ufeff0x ${KEY.slice(0, 8)}\t${KEY.slice(8)}`,
    KEY.slice(1),
    'abandon',
    '',
  ])('is a key, valid or not: %j', (text) => expect(looksLikePrivateKey(text)).toBe(true));

  it.each(['legal winner thank', 'legal\twinner\nthank', 'legal\u00a0winner', 'add bad dad face zoo'])('is words: %j', (text) =>
    expect(looksLikePrivateKey(text)).toBe(false),
  );
});
