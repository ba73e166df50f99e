import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withdrawConfigSchema } from '../wire/relay-account.ts';
import {
  maxWithdrawable,
  parseRatio,
  portionOf,
  ratioFromDouble,
  type WithdrawalTerms,
  weiFromDecimal,
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

  it('reads CNX to the wei, in any form that JSON may contain', () => {
    expect(weiFromDecimal('400')).toBe(400n * 10n ** 18n);
    expect(weiFromDecimal(String(1e-17))).toBe(10n);
    expect(weiFromDecimal('0.1')).toBe(10n ** 17n);
    expect(weiFromDecimal('0.0000000000000000019')).toBe(1n);
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

  it('is the fixed fee plus the rounded-down share of the highest tier that the amount reaches', () => {
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

  it('finds the largest amount that a balance covers, even if a higher tier is cheaper', () => {
    // 999 would cost 1108, 1000 only 1025.
    expect(maxWithdrawable(terms, 1_025n)).toBe(1_000n);
    expect(maxWithdrawable(terms, 1_024n)).toBe(922n);
    expect(maxWithdrawable(terms, 9n)).toBe(0n);
    expect(maxWithdrawable(NONE, 5n)).toBe(5n);
  });

  it('never finds an amount that is too large, or one that could be larger', () => {
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
        expect(maxWithdrawable(some, balanceWei)).toBe(amounts.findLast(fits) ?? 0n);
      }),
    );
  });
});

describe('the fee as the relay computes it', () => {
  interface Group {
    readonly config: { readonly withdrawal_fee: number; readonly withdrawal_fee_tiers: readonly object[] };
    readonly fees: readonly { readonly amount: string; readonly fee: string }[];
    readonly most: readonly { readonly balance: string; readonly most: string }[];
  }
  const vectors = JSON.parse(readFileSync(new URL('../vectors/withdrawal-fees.json', import.meta.url), 'utf8'));

  function termsOf(config: Group['config']): WithdrawalTerms {
    const wire = { network: 'n', token_type: 'native', withdrawal_min: 0, max_withdrawals_per_day: 3, ...config };
    return withdrawConfigSchema.parse(JSON.parse(JSON.stringify([wire])))[0]?.terms ?? expect.fail();
  }

  it.each<Group>(vectors.groups)('equals its own to the wei: $config', ({ config, fees, most }) => {
    const terms = termsOf(config);
    for (const { amount, fee } of fees) expect([amount, String(withdrawalFee(terms, BigInt(amount)))]).toEqual([amount, fee]);
    for (const { balance, most: expected } of most) {
      expect([balance, String(maxWithdrawable(terms, BigInt(balance)))]).toEqual([balance, expected]);
    }
  });

  it('is not the decimal one: 1 % of 10,000 CNX is 2,081 wei more', () => {
    const terms = termsOf({ withdrawal_fee: 0, withdrawal_fee_tiers: [{ min_amount: 0, fee_ratio: 0.01 }] });
    expect(withdrawalFee(terms, 10_000n * 10n ** 18n) - 100n * 10n ** 18n).toBe(2_081n);
  });

  /** Reads the bits of the double and shifts, as the unit under test does not. */
  function relayFee({ fixed, tiers }: { fixed: bigint; tiers: readonly (readonly [number, number])[] }, amount: bigint): bigint {
    let ratio = 0;
    for (const [minimum, value] of tiers) {
      if (amount < BigInt(minimum) * 10n ** 18n) break;
      ratio = value;
    }
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, ratio);
    const bits = view.getBigUint64(0);
    const [exponent, fraction] = [Number(bits >> 52n), bits & ((1n << 52n) - 1n)];
    const mantissa = exponent === 0 ? fraction : fraction | (1n << 52n);
    return fixed + ((amount * mantissa) >> BigInt(1075 - Math.max(exponent, 1)));
  }

  it('shows a maximum that the relay accepts, for any balance and ratio, and not one wei more of the same tier', () => {
    const ratio = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const tiers = fc
      .uniqueArray(fc.integer({ min: 1, max: 100_000 }), { maxLength: 4 })
      .chain((minimums) =>
        fc.tuple(...[0, ...minimums.toSorted((a, b) => a - b)].map((from) => fc.tuple(fc.constant(from), ratio))),
      );
    const balance = fc.oneof(fc.bigInt({ min: 0n, max: 10n ** 19n }), fc.bigInt({ min: 0n, max: 10n ** 24n }));
    fc.assert(
      fc.property(tiers, fc.integer({ min: 0, max: 20 }), balance, (some, fee, balanceWei) => {
        const rule = { fixed: BigInt(fee) * 10n ** 18n, tiers: some };
        const terms = termsOf({
          withdrawal_fee: fee,
          withdrawal_fee_tiers: some.map(([min_amount, fee_ratio]) => ({ min_amount, fee_ratio })),
        });
        const most = maxWithdrawable(terms, balanceWei);
        const charge = (amount: bigint) => amount + relayFee(rule, amount);
        expect(withdrawalFee(terms, most)).toBe(relayFee(rule, most));
        if (most > 0n) expect(charge(most) <= balanceWei).toBe(true);
        expect(charge(most + 1n) > balanceWei).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -0.01])('refuses %s as a ratio', (value) => {
    expect(() => ratioFromDouble(value)).toThrow(expect.objectContaining({ code: 'PROTOCOL_BAD_AMOUNT' }));
  });
});
