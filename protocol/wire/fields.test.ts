import { expect, it, vi } from 'vitest';
import { goArray, hexField, uintField, weiField } from './fields.ts';

it('an amount of ten million digits is refused before it becomes a number', () => {
  const made = vi.spyOn(globalThis, 'BigInt');
  expect(weiField.safeParse('9'.repeat(10_000_000)).success).toBe(false);
  expect(made).not.toHaveBeenCalled();
  made.mockRestore();
  expect(weiField.parse(String(2n ** 256n - 1n))).toBe(2n ** 256n - 1n);
});

it('hex text and lists have a maximum length', () => {
  expect(hexField.safeParse(`0x${'a'.repeat(10_000)}`).success).toBe(false);
  expect(goArray(uintField, 3).safeParse([1, 2, 3, 4]).success).toBe(false);
  expect(goArray(uintField, 3).parse(null)).toEqual([]);
});
