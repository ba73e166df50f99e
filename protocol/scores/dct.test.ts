import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lowFrequencies } from './dct.ts';
import { DCT_DIVISORS } from './dct-divisors.ts';

/** The recursion as the network's library has it (PHASH 4), of all rows and all columns. */
function dct(line: readonly number[]): number[] {
  if (line.length === 1) return [...line];
  const half = line.length / 2;
  const divisors = DCT_DIVISORS.get(line.length) ?? new Float64Array();
  const pairs = line.slice(0, half).map((a, i) => [a, line[line.length - 1 - i] ?? 0] as const);
  const even = dct(pairs.map(([a, b]) => a + b));
  const odd = dct(pairs.map(([a, b], i) => (a - b) / (divisors[i] ?? 0)));
  return even.flatMap((value, i) => [value, i === half - 1 ? (odd[i] ?? 0) : (odd[i] ?? 0) + (odd[i + 1] ?? 0)]);
}

const transposed = (rows: readonly number[][]) => rows.map((_, x) => rows.map((row) => row[x] ?? 0));
const bits = (values: Float64Array) => [...new BigUint64Array(values.buffer, values.byteOffset, values.length)];

const square = fc.constantFrom(2, 4, 8, 16, 32, 64).chain((size) =>
  fc.record({
    size: fc.constant(size),
    count: fc.integer({ min: 1, max: size }),
    seed: fc.integer(),
    isCoarse: fc.boolean(),
  }),
);

it('gives the lowest frequencies of the whole transform, bit for bit', () => {
  fc.assert(
    fc.property(square, ({ size, count, seed, isCoarse }) => {
      const values = Float64Array.from({ length: size * size }, (_, i) => {
        const noise = Math.imul(i * 7919 + seed, 0x9e3779b1) >>> 8;
        // Few different values, as flat images have, make sums that cancel.
        return isCoarse ? noise % 3 : 0.299 * (noise % 256) + 0.587 * ((noise >> 8) % 256);
      });
      const rows = Array.from({ length: size }, (_, y) => dct([...values.subarray(y * size, (y + 1) * size)]));
      const whole = transposed(transposed(rows).map(dct));
      const expected = Float64Array.from(whole.slice(0, count).flatMap((row) => row.slice(0, count)));
      expect(bits(lowFrequencies(values, size, count))).toEqual(bits(expected));
    }),
  );
});

it('refuses other lengths', () => {
  expect(() => lowFrequencies(new Float64Array(36), 6, 2)).toThrow(RangeError);
});
