/** Unscaled DCT-II by Lee's recursion. The order of operations is part of the result: rounding decides ties (PHASH 4). */
import { DCT_DIVISORS } from './dct-divisors.ts';

/** Transforms rows, then columns, of a square of `size`×`size` values (size: 2, 4, … 64) in place. */
export function dct2d(values: Float64Array, size: number): void {
  const scratch = new Float64Array(size);
  for (let row = 0; row < size; row++) transform(values.subarray(row * size, (row + 1) * size), scratch);
  const column = new Float64Array(size);
  for (let x = 0; x < size; x++) {
    for (let y = 0; y < size; y++) column[y] = values[y * size + x] ?? 0;
    transform(column, scratch);
    for (let y = 0; y < size; y++) values[y * size + x] = column[y] ?? 0;
  }
}

function transform(line: Float64Array, scratch: Float64Array): void {
  const length = line.length;
  if (length === 1) return;
  const half = length / 2;
  const divisors = DCT_DIVISORS.get(length);
  if (divisors === undefined) throw new RangeError(`no DCT of length ${length}`);
  const even = scratch.subarray(0, half);
  const odd = scratch.subarray(half, length);
  for (let i = 0; i < half; i++) {
    const a = line[i] ?? 0;
    const b = line[length - 1 - i] ?? 0;
    even[i] = a + b;
    odd[i] = (a - b) / (divisors[i] ?? 1);
  }
  // The halves are in scratch now, so the line serves as their scratch space.
  transform(even, line.subarray(0, half));
  transform(odd, line.subarray(half, length));
  for (let i = 0; i < half; i++) {
    line[2 * i] = even[i] ?? 0;
    line[2 * i + 1] = i === half - 1 ? (odd[i] ?? 0) : (odd[i] ?? 0) + (odd[i + 1] ?? 0);
  }
}
