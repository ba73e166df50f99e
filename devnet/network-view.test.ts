import { describe, expect, it } from 'vitest';
import { shortHex } from './network-view.ts';

describe('shortHex', () => {
  it('keeps both ends of a long value and all of a short one', () => {
    expect(shortHex(`0x${'ab'.repeat(32)}`)).toBe('0xabab…abab');
    expect(shortHex('0x1234')).toBe('0x1234');
  });
});
