import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FeeMarket, firstOffer, gasLimitFor, higherOffer, highestPrice } from './fees.ts';

const wei = fc.bigInt(0n, 10n ** 14n);
const market: fc.Arbitrary<FeeMarket> = fc.oneof(
  fc.record({ kind: fc.constant('eip1559' as const), baseFeeWei: wei, priorityFeeWei: wei }),
  fc.record({ kind: fc.constant('legacy' as const), gasPriceWei: wei }),
);

describe('the first offer', () => {
  it('leaves room for the base fee to double', () => {
    expect(firstOffer({ kind: 'eip1559', baseFeeWei: 10n, priorityFeeWei: 3n }, 100n)).toEqual({
      kind: 'eip1559',
      maxFeeWei: 23n,
      priorityFeeWei: 3n,
    });
    expect(firstOffer({ kind: 'eip1559', baseFeeWei: 10n, priorityFeeWei: 3n }, 20n)).toMatchObject({ maxFeeWei: 20n });
    expect(firstOffer({ kind: 'eip1559', baseFeeWei: 10n, priorityFeeWei: 30n }, 20n)).toEqual({
      kind: 'eip1559',
      maxFeeWei: 20n,
      priorityFeeWei: 10n,
    });
    expect(firstOffer({ kind: 'legacy', gasPriceWei: 10n }, 10n)).toEqual({ kind: 'legacy', gasPriceWei: 10n });
  });

  it('is not made above the cap', () => {
    const cases: FeeMarket[] = [
      { kind: 'eip1559', baseFeeWei: 13n, priorityFeeWei: 0n },
      { kind: 'legacy', gasPriceWei: 13n },
    ];
    for (const asked of cases)
      expect(() => firstOffer(asked, 12n)).toThrow(expect.objectContaining({ code: 'CHAIN_FEE_ABOVE_CAP' }));
  });
});

describe('a higher offer', () => {
  it('is at least 12.5 % higher in every part, covers the current price, and never exceeds the cap', () => {
    fc.assert(
      fc.property(market, market, wei, (first, now, capWei) => {
        let previous: ReturnType<typeof firstOffer>;
        try {
          previous = firstOffer(first, capWei);
        } catch {
          return;
        }
        const offer = higherOffer(previous, now, capWei);
        if (offer === null) return;
        expect(offer.kind).toBe(previous.kind);
        expect(highestPrice(offer)).toBeLessThanOrEqual(capWei);
        expect(highestPrice(offer) * 1000n).toBeGreaterThanOrEqual(highestPrice(previous) * 1125n);
        expect(highestPrice(offer)).toBeGreaterThan(highestPrice(previous));
        if (offer.kind === 'eip1559' && previous.kind === 'eip1559') {
          expect(offer.priorityFeeWei * 1000n).toBeGreaterThanOrEqual(previous.priorityFeeWei * 1125n);
          expect(offer.maxFeeWei).toBeGreaterThanOrEqual(offer.priorityFeeWei);
        }
      }),
    );
  });

  it('is null only if the cap forbids it', () => {
    const previous = { kind: 'eip1559', maxFeeWei: 1000n, priorityFeeWei: 8n } as const;
    const now: FeeMarket = { kind: 'eip1559', baseFeeWei: 100n, priorityFeeWei: 1n };
    expect(higherOffer(previous, now, 1125n)).toEqual({ kind: 'eip1559', maxFeeWei: 1125n, priorityFeeWei: 9n });
    expect(higherOffer(previous, now, 1124n)).toBeNull();
  });
});

describe('the gas limit', () => {
  const rules = { headRoomPercent: 25, limitCap: 1000 };
  it.each([
    [100n, 125n],
    [101n, 127n],
    [900n, 1000n],
    [1000n, 1000n],
  ])('for an estimate of %d is %d', (estimate, limit) => expect(gasLimitFor(estimate, rules)).toBe(limit));

  it('is refused when the estimate is above the cap', () => {
    expect(() => gasLimitFor(1001n, rules)).toThrow(expect.objectContaining({ code: 'CHAIN_GAS_ABOVE_CAP' }));
  });
});
