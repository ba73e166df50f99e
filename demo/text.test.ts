import { describe, expect, it } from 'vitest';
import { shortHex, textTable } from './text.ts';

describe('textTable', () => {
  it('aligns columns and trims line ends', () => {
    expect(
      textTable(
        ['task', 'fee'],
        [
          ['0xab…12', '1'],
          ['x', '10.5'],
        ],
        ['left', 'right'],
      ),
    ).toBe(['task      fee', '───────  ────', '0xab…12     1', 'x        10.5'].join('\n'));
  });
});

describe('shortHex', () => {
  it('keeps both ends of a long value and all of a short one', () => {
    expect(shortHex(`0x${'ab'.repeat(32)}`)).toBe('0xabab…abab');
    expect(shortHex('0x1234')).toBe('0x1234');
  });
});
