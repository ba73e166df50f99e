/** Bicubic resampling (a = −0.5, widened when shrinking), as Pillow resizes pictures for CLIP. */
import type { Picture } from './picture.ts';

const REACH = 2;

function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < REACH ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

export function resizeBicubic({ width, height, pixels }: Picture, size: { width: number; height: number }): Picture {
  const across = resample({ pixels, from: width, to: size.width, lines: height, step: 3, pitch: width * 3 });
  return {
    ...size,
    pixels: resample({ pixels: across, from: height, to: size.height, lines: size.width, step: size.width * 3, pitch: 3 }),
  };
}

interface ResampleInput {
  readonly pixels: Uint8ClampedArray;
  /** Length of a line before and after. */
  readonly from: number;
  readonly to: number;
  readonly lines: number;
  /** Distance in the array between neighbours in a line, and between lines. */
  readonly step: number;
  readonly pitch: number;
}

function resample({ pixels, from, to, lines, step, pitch }: ResampleInput): Uint8ClampedArray {
  const result = new Uint8ClampedArray(lines * to * 3);
  // Rows keep their order when columns are resampled, and vice versa.
  const resultPitch = step === 3 ? to * 3 : pitch;
  for (let index = 0; index < to; index++) {
    const taps = tapsAt(index, from, to);
    for (let line = 0; line < lines; line++) {
      for (let channel = 0; channel < 3; channel++) {
        const sum = taps.reduce((total, { at, weight }) => total + weight * (pixels[line * pitch + at * step + channel] ?? 0), 0);
        result[line * resultPitch + index * step + channel] = sum;
      }
    }
  }
  return result;
}

function tapsAt(index: number, from: number, to: number): { at: number; weight: number }[] {
  const scale = Math.max(from / to, 1);
  const centre = ((index + 0.5) * from) / to;
  const first = Math.max(Math.floor(centre - REACH * scale + 0.5), 0);
  const last = Math.min(Math.floor(centre + REACH * scale + 0.5), from);
  const taps = Array.from({ length: last - first }, (_, i) => ({
    at: first + i,
    weight: cubic((first + i + 0.5 - centre) / scale),
  }));
  const total = taps.reduce((sum, { weight }) => sum + weight, 0);
  return taps.map(({ at, weight }) => ({ at, weight: weight / total }));
}
