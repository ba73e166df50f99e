import { describe, expect, it } from 'vitest';
import { moneyText } from './money.tsx';

describe('money for a person', () => {
  it('has at most four decimals, and never shows something as nothing', () => {
    expect(moneyText(1_234_567n * 10n ** 18n + 12_345n * 10n ** 13n)).toBe('1,234,567.1234');
    expect([moneyText(0n), moneyText(1n), moneyText(-1n), moneyText(-(10n ** 18n))]).toEqual(['0', '<0.0001', '>-0.0001', '-1']);
  });
});
