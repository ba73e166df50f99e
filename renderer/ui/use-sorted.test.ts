import { expect, it } from 'vitest';
import { compareValues } from './use-sorted.ts';

const en = new Intl.Collator('en', { numeric: true });

it('compares wei beyond exact floats, and texts by the numbers in them', () => {
  expect(compareValues(10n ** 21n + 1n, 10n ** 21n, en)).toBe(1);
  expect(compareValues(2, 10, en)).toBe(-1);
  expect(compareValues(3, 3, en)).toBe(0);
  expect(['model-10', 'Model-9', 'älter'].toSorted((a, b) => compareValues(a, b, en))).toEqual(['älter', 'Model-9', 'model-10']);
});
