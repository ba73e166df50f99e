/** Unscaled DCT-II by Lee's recursion. The order of operations is part of the result: rounding decides ties (PHASH 4). */
import { DCT_DIVISORS } from './dct-divisors.ts';

/**
 * Transforms rows, then columns, of a square of `size`×`size` values (size: 2, 4, … 64), of which it overwrites the rows.
 * Returns only the corner of the `count`×`count` lowest frequencies: the other columns need not be transformed for it.
 */
export function lowFrequencies(values: Float64Array, size: number, count: number): Float64Array {
  const transform = lineTransform(size);
  for (let row = 0; row < size; row++) transform(values.subarray(row * size, (row + 1) * size));
  const corner = new Float64Array(count * count);
  const column = new Float64Array(size);
  for (let x = 0; x < count; x++) {
    for (let y = 0; y < size; y++) column[y] = values[y * size + x] as number;
    transform(column);
    for (let y = 0; y < count; y++) corner[y * count + x] = column[y] as number;
  }
  return corner;
}

/** The recursion, one depth at a time: calls for each half of each line took most of an image's time. */
function lineTransform(size: number): (line: Float64Array) => void {
  const lengths: number[] = [];
  for (let length = size; length > 1; length /= 2) lengths.push(length);
  const divisors = lengths.map((length) => {
    const known = DCT_DIVISORS.get(length);
    if (known === undefined) throw new RangeError(`no DCT of length ${length}`);
    return known;
  });
  const scratch = new Float64Array(size);
  return (line) => {
    // Each depth reads what the one before has written, and writes over what that one has read.
    for (let depth = 0; depth < lengths.length; depth++) {
      const isEven = depth % 2 === 0;
      split(isEven ? line : scratch, isEven ? scratch : line, divisors[depth] as Float64Array);
    }
    for (let depth = lengths.length - 1; depth >= 0; depth--) {
      const isEven = depth % 2 === 0;
      merge(isEven ? scratch : line, isEven ? line : scratch, lengths[depth] as number);
    }
  };
}

/** Every part of `from` into sums and divided differences, the inputs of the two transforms of half its length. */
function split(from: Float64Array, to: Float64Array, divisors: Float64Array): void {
  const half = divisors.length;
  for (let start = 0; start < from.length; start += 2 * half) {
    for (let i = 0; i < half; i++) {
      const a = from[start + i] as number;
      const b = from[start + 2 * half - 1 - i] as number;
      to[start + i] = a + b;
      to[start + half + i] = (a - b) / (divisors[i] as number);
    }
  }
}

/** The results of the two halves of every part of `from` into the result of the part. */
function merge(from: Float64Array, to: Float64Array, length: number): void {
  const half = length / 2;
  for (let start = 0; start < from.length; start += length) {
    const odd = start + half;
    for (let i = 0; i < half - 1; i++) {
      to[start + 2 * i] = from[start + i] as number;
      to[start + 2 * i + 1] = (from[odd + i] as number) + (from[odd + i + 1] as number);
    }
    to[start + length - 2] = from[odd - 1] as number;
    to[start + length - 1] = from[odd + half - 1] as number;
  }
}
