import { describe, expect, it } from 'vitest';
import { textTable } from './text.ts';

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
