import { expect, it } from 'vitest';
import { groupAgreement } from './case-group.tsx';

it.each([
  ['AAA', 'EndGroupRefund', 'all'],
  ['AAB', 'EndInvalidated', 'outvoted'],
  ['AAB', 'GroupValidated', 'pair'],
  ['AAE', 'EndInvalidated', 'outvoted'],
  ['ABC', 'EndAborted', 'none'],
  ['AXX', 'EndAborted', 'none'],
  ['EEE', 'EndAborted', 'all'],
] as const)('%s, ending as %s: %s', (row, lawful, word) => {
  expect(groupAgreement({ row, lawful })).toBe(word);
});
