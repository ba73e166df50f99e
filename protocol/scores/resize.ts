/** Bilinear resampling to a square, with the integer rounding of the network's library (PHASH 2). */

export type Samples = Uint8Array | Uint16Array;

export interface SampleGrid {
  readonly width: number;
  readonly height: number;
  /** Interleaved channels per pixel; premultiplied if the image had alpha. */
  readonly channels: number;
  readonly samples: Samples;
}

/** Two passes, each along x with a transposed result, both quantised to the depth of the samples. */
export function resizeSquare(grid: SampleGrid, size: number): SampleGrid {
  return resampleTransposed(resampleTransposed(grid, size), size);
}

/**
 * The source positions that contribute to each output of a line, with their weights. Positions beyond the edges are clamped
 * to the edge, and zero weights are left out; neither changes a sum.
 */
interface Taps {
  /** Per output. */
  readonly start: Int32Array;
  readonly count: Int32Array;
  readonly total: Float64Array;
  /** `stride` per output. */
  readonly weights: Int32Array;
  readonly stride: number;
}

function resampleTransposed(grid: SampleGrid, size: number): SampleGrid {
  const { width, height, channels, samples } = grid;
  const wide = samples instanceof Uint16Array;
  const taps = tapsFor(width, size, wide ? 65_536 : 256);
  const result = wide
    ? resample16(samples, { width, height, channels, size, taps })
    : resample8(samples, { width, height, channels, size, taps });
  return { width: height, height: size, channels, samples: result };
}

interface Plan {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly size: number;
  readonly taps: Taps;
}

/** For the sizes that the decoder accepts, sums stay below 2^31, so integers suffice. Rows are read in memory order. */
function resample8(samples: Uint8Array, { width, height, channels, size, taps }: Plan): Uint8Array {
  const { start, count, total, weights, stride } = taps;
  const result = new Uint8Array(size * height * channels);
  for (let y = 0; y < height; y++) {
    const row = y * width * channels;
    for (let x = 0; x < size; x++) {
      const from = x * stride;
      const to = from + (count[x] as number);
      let at = row + (start[x] as number) * channels;
      const out = (x * height + y) * channels;
      const sum = total[x] as number;
      if (channels === 3) {
        let [r, g, b] = [0, 0, 0];
        for (let i = from; i < to; i++, at += 3) {
          const weight = weights[i] as number;
          r = (r + Math.imul(weight, samples[at] as number)) | 0;
          g = (g + Math.imul(weight, samples[at + 1] as number)) | 0;
          b = (b + Math.imul(weight, samples[at + 2] as number)) | 0;
        }
        result[out] = Math.trunc(r / sum);
        result[out + 1] = Math.trunc(g / sum);
        result[out + 2] = Math.trunc(b / sum);
      } else {
        let grey = 0;
        for (let i = from; i < to; i++, at++) grey = (grey + Math.imul(weights[i] as number, samples[at] as number)) | 0;
        result[out] = Math.trunc(grey / sum);
      }
    }
  }
  return result;
}

/** Sums stay below 2^43, so float64 is exact. */
function resample16(samples: Uint16Array, { width, height, channels, size, taps }: Plan): Uint16Array {
  const { start, count, total, weights, stride } = taps;
  const result = new Uint16Array(size * height * channels);
  for (let y = 0; y < height; y++) {
    const row = y * width * channels;
    for (let x = 0; x < size; x++) {
      const from = x * stride;
      const taken = count[x] as number;
      const first = row + (start[x] as number) * channels;
      const out = (x * height + y) * channels;
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let i = 0; i < taken; i++) {
          sum += (weights[from + i] as number) * (samples[first + i * channels + channel] as number);
        }
        result[out + channel] = Math.trunc(sum / (total[x] as number));
      }
    }
  }
  return result;
}

/** Weights are truncated to integers of `unit`; they are never negative, so results need no clamping. */
function tapsFor(width: number, size: number, unit: number): Taps {
  const scale = width / size;
  const stride = 2 * Math.max(Math.ceil(scale), 1);
  const factor = Math.min(1 / scale, 1);
  const taps = {
    start: new Int32Array(size),
    count: new Int32Array(size),
    total: new Float64Array(size),
    weights: new Int32Array(size * stride),
    stride,
  };
  for (let index = 0; index < size; index++) {
    const position = scale * (index + 0.5) - 0.5;
    const start = Math.trunc(position) - stride / 2 + 1;
    let first = -1;
    for (let i = 0; i < stride; i++) {
      const distance = Math.abs((position - start - i) * factor);
      const weight = distance <= 1 ? Math.trunc((1 - distance) * unit) : 0;
      if (weight === 0) continue;
      const column = Math.min(Math.max(start + i, 0), width - 1);
      if (first < 0) first = column;
      const at = index * stride + column - first;
      taps.weights[at] = (taps.weights[at] as number) + weight;
      taps.count[index] = column - first + 1;
      taps.total[index] = (taps.total[index] as number) + weight;
    }
    taps.start[index] = Math.max(first, 0);
  }
  return taps;
}
