import { describe, expect, it } from 'vitest';
import { moneyColumnText, moneyText } from './money.tsx';

const CNX = 10n ** 18n;

describe('money for a person', () => {
  it('has at most four decimals, and never shows a small amount as zero', () => {
    expect(moneyText(1_234_567n * 10n ** 18n + 12_345n * 10n ** 13n)).toBe('1,234,567.1234');
    expect([moneyText(0n), moneyText(1n), moneyText(-1n), moneyText(-(10n ** 18n))]).toEqual(['0', '<0.0001', '>-0.0001', '-1']);
  });
});

it('keeps trailing zeros for amounts in a column', () => {
  expect([5n * CNX, (37_450n * CNX) / 10_000n, 0n, 1n, -(5n * CNX) / 10n].map(moneyColumnText)).toEqual([
    ...['5.0000', '3.7450', '0', '<0.0001', '-0.5000'],
  ]);
});
