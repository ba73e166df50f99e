import { expect, it } from 'vitest';
import { rowWord } from './row-word.ts';

it.each([
  ['AAA', 'EndGroupRefund', 'all'],
  ['AAB', 'EndInvalidated', 'outvoted'],
  ['AAB', 'GroupValidated', 'pair'],
  ['AAE', 'EndInvalidated', 'outvoted'],
  ['ABC', 'EndAborted', 'none'],
  ['AXX', 'EndAborted', 'none'],
  ['EEE', 'EndAborted', 'all'],
] as const)('%s, ending as %s: %s', (row, lawful, word) => {
  expect(rowWord({ row, lawful })).toBe(word);
});
