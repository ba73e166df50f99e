import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCnx, formatCnxExact, parseCnx, WEI_PER_CNX } from './wei.ts';

const amount = fc.bigInt({ min: 0n, max: 10n ** 32n });

describe('CNX text', () => {
  it.each([
    ['0', 0n],
    ['1', WEI_PER_CNX],
    ['400', 400n * WEI_PER_CNX],
    ['0.000000000000000001', 1n],
    ['1.5', 15n * 10n ** 17n],
    [' 007.10 ', 71n * 10n ** 17n],
    ['9007199254740993.000000000000000001', 9007199254740993n * WEI_PER_CNX + 1n],
  ])('%j is %d wei', (text, wei) => {
    expect(parseCnx(text)).toBe(wei);
  });

  it.each(['', '.', '1.', '.5', '-1', '+1', '1e3', '1,5', '0x10', '1 000', 'NaN', '1.0000000000000000001', '1.2.3', '٣'])(
    'refuses %j',
    (text) => {
      expect(() => parseCnx(text)).toThrow(expect.objectContaining({ code: 'PROTOCOL_BAD_AMOUNT' }));
    },
  );

  it('round-trips every amount exactly', () => {
    fc.assert(fc.property(amount, (wei) => parseCnx(formatCnxExact(wei)) === wei));
  });

  it('shortened never shows more than the amount, and less than one unit of its last place is missing', () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 18 }), (wei, maxDecimals) => {
        const shown = parseCnx(formatCnx(wei, { maxDecimals }));
        expect(shown <= wei).toBe(true);
        expect(wei - shown < 10n ** BigInt(18 - maxDecimals)).toBe(true);
      }),
    );
  });

  it.each([
    [0n, '0'],
    [1n, '0'],
    [-1n, '0'],
    [WEI_PER_CNX, '1'],
    [123_456_789n * 10n ** 12n, '123.4567'],
    [-15n * 10n ** 17n, '-1.5'],
    [10n ** 14n, '0.0001'],
  ])('%d wei shows as %s', (wei, text) => {
    expect(formatCnx(wei)).toBe(text);
  });
});
