/** Bilinear resampling to a square, with the integer rounding of the network's library (PHASH 2). */

export type Samples = Uint8Array | Uint16Array;

export interface SampleGrid {
  readonly width: number;
  readonly height: number;
  /** Interleaved channels per pixel; premultiplied where the image had alpha. */
  readonly channels: number;
  readonly samples: Samples;
}

/** Two passes, each along x with a transposed result, both quantised to the depth of the samples. */
export function resizeSquare(grid: SampleGrid, size: number): SampleGrid {
  return resampleTransposed(resampleTransposed(grid, size), size);
}

interface Taps {
  readonly start: number;
  readonly weights: readonly number[];
}

function resampleTransposed(grid: SampleGrid, size: number): SampleGrid {
  const { width, height, channels, samples } = grid;
  const wide = samples instanceof Uint16Array;
  const taps = tapsFor(width / size, size, wide ? 65_536 : 256);
  const result = wide ? new Uint16Array(size * height * channels) : new Uint8Array(size * height * channels);
  for (const [x, { start, weights }] of taps.entries()) {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const columns = weights.map((_, i) => Math.min(Math.max(start + i, 0), width - 1) * channels);
    for (let y = 0; y < height; y++) {
      const row = y * width * channels;
      for (let channel = 0; channel < channels; channel++) {
        // Below 2^43 for the sides that the decoder lets through, so float64 sums are exact.
        let sum = 0;
        for (let i = 0; i < weights.length; i++) {
          sum += (weights[i] ?? 0) * (samples[row + (columns[i] ?? 0) + channel] ?? 0);
        }
        result[(x * height + y) * channels + channel] = Math.trunc(sum / total);
      }
    }
  }
  return { width: height, height: size, channels, samples: result };
}

/** Weights are truncated to integers of `unit`; they are never negative, so results need no clamping. */
function tapsFor(scale: number, size: number, unit: number): Taps[] {
  const count = 2 * Math.max(Math.ceil(scale), 1);
  const factor = Math.min(1 / scale, 1);
  return Array.from({ length: size }, (_, index) => {
    const position = scale * (index + 0.5) - 0.5;
    const start = Math.trunc(position) - count / 2 + 1;
    const weights = Array.from({ length: count }, (_, i) => {
      const distance = Math.abs((position - start - i) * factor);
      return distance <= 1 ? Math.trunc((1 - distance) * unit) : 0;
    });
    return { start, weights };
  });
}
