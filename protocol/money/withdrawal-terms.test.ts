import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  mostWithdrawable,
  parseRatio,
  portionOf,
  type WithdrawalTerms,
  weiOfDecimal,
  withdrawalFee,
} from './withdrawal-terms.ts';

const NONE: WithdrawalTerms = { fixedFeeWei: 0n, minimumWei: 0n, tiers: [], perDay: null };

describe('decimals', () => {
  it.each([
    ['0', 0n, 1n],
    ['3', 3n, 1n],
    ['0.003', 3n, 1000n],
    ['1e-17', 1n, 10n ** 17n],
    ['2.5E3', 2500n, 1n],
    ['1.25e1', 125n, 10n],
  ])('reads %s exactly', (text, numerator, denominator) => {
    expect(parseRatio(text)).toEqual({ numerator, denominator });
  });

  it.each(['', '-1', '1.', '.5', 'NaN', '1e', '0x1', '1,5', ' 1', '1e9999'])('refuses %j', (text) => {
    expect(() => parseRatio(text)).toThrow(expect.objectContaining({ code: 'PROTOCOL_BAD_AMOUNT' }));
  });

  it('reads CNX to the wei, in whatever form JSON brings it', () => {
    expect(weiOfDecimal('400')).toBe(400n * 10n ** 18n);
    expect(weiOfDecimal(String(1e-17))).toBe(10n);
    expect(weiOfDecimal('0.1')).toBe(10n ** 17n);
    expect(weiOfDecimal('0.0000000000000000019')).toBe(1n);
  });
});

describe('the fee', () => {
  const terms: WithdrawalTerms = {
    ...NONE,
    fixedFeeWei: 10n,
    tiers: [
      { minAmountWei: 1_000n, ratio: parseRatio('0.015') },
      { minAmountWei: 100n, ratio: parseRatio('0.1') },
    ],
  };

  it('is the fixed fee and the floored part of the highest tier that the amount reaches', () => {
    expect(withdrawalFee(terms, 99n)).toBe(10n);
    expect(withdrawalFee(terms, 100n)).toBe(20n);
    expect(withdrawalFee(terms, 999n)).toBe(10n + 99n);
    expect(withdrawalFee(terms, 1_000n)).toBe(10n + 15n);
    expect(withdrawalFee(terms, 1_001n)).toBe(10n + 15n);
  });

  it('is exact where floats are not', () => {
    const third = { ...NONE, tiers: [{ minAmountWei: 0n, ratio: parseRatio('0.3') }] };
    expect(withdrawalFee(third, 10n ** 24n + 1n)).toBe(3n * 10n ** 23n);
    expect(portionOf(7n, parseRatio('0.3'))).toBe(2n);
  });

  it('finds the most that a balance pays for, also where a higher tier is cheaper', () => {
    // 999 would cost 1108, 1000 only 1025.
    expect(mostWithdrawable(terms, 1_025n)).toBe(1_000n);
    expect(mostWithdrawable(terms, 1_024n)).toBe(922n);
    expect(mostWithdrawable(terms, 9n)).toBe(0n);
    expect(mostWithdrawable(NONE, 5n)).toBe(5n);
  });

  it('never finds an amount that does not fit, nor one that leaves room for more', () => {
    const tier = fc.record({
      minAmountWei: fc.bigInt({ min: 0n, max: 500n }),
      ratio: fc.integer({ min: 0, max: 2_000 }).map((perMille) => ({ numerator: BigInt(perMille), denominator: 1_000n })),
    });
    const anyTerms = fc.record({
      fixedFeeWei: fc.bigInt({ min: 0n, max: 50n }),
      minimumWei: fc.constant(0n),
      tiers: fc.uniqueArray(tier, { maxLength: 4, selector: ({ minAmountWei }) => minAmountWei }),
      perDay: fc.constant(null),
    });
    fc.assert(
      fc.property(anyTerms, fc.bigInt({ min: 0n, max: 800n }), (some, balanceWei) => {
        const fits = (amount: bigint) => amount + withdrawalFee(some, amount) <= balanceWei;
        const amounts = Array.from({ length: Number(balanceWei) + 1 }, (_, i) => BigInt(i));
        expect(mostWithdrawable(some, balanceWei)).toBe(amounts.findLast(fits) ?? 0n);
      }),
    );
  });
});
