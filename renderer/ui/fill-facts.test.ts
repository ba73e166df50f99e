import { describe, expect, it } from 'vitest';
import { fillFacts } from './fill-facts.ts';
import { moneyText } from './money.tsx';

describe('a sentence of a catalogue', () => {
  it('gets the facts of the case, amounts in CNX', () => {
    expect(fillFacts('Send `missingWei` more.', { missingWei: '1500000000000000000' })).toBe('Send 1.5 CNX more.');
    expect(fillFacts('`count` of `file` and `other`', { count: 3, file: 'a.json' })).toBe('3 of a.json and `other`');
  });
});

describe('money for a person', () => {
  it('has at most four decimals, and never shows something as nothing', () => {
    expect(moneyText(1_234_567n * 10n ** 18n + 12_345n * 10n ** 13n)).toBe('1,234,567.1234');
    expect([moneyText(0n), moneyText(1n), moneyText(-1n), moneyText(-(10n ** 18n))]).toEqual(['0', '<0.0001', '>-0.0001', '-1']);
  });
});
