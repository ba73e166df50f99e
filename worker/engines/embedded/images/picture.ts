/** Pixels of a result, and the PNG file they become. */
import { encode } from 'fast-png';
import { ImageError } from './errors.ts';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** RGB, row by row. */
  readonly pixels: Uint8ClampedArray;
}

/**
 * From the decoder's planes of red, green and blue, −1…1.
 * @throws ImageError IMAGE_BAD_MODEL, IMAGE_DIVERGED
 */
export function toPicture(planes: Float32Array | undefined, size: { width: number; height: number }): Picture {
  const { width, height } = size;
  const area = width * height;
  if (planes?.length !== 3 * area)
    throw new ImageError('IMAGE_BAD_MODEL', 'vae_decoder answers in another size', { file: 'vae_decoder' });
  if (!planes.every(Number.isFinite))
    throw new ImageError('IMAGE_DIVERGED', 'the decoded picture has values that are no numbers');
  // Assignment clamps, and rounds halves to even as numpy does.
  const pixels = new Uint8ClampedArray(3 * area);
  for (let plane = 0; plane < 3; plane++) {
    for (let i = 0; i < area; i++) pixels[i * 3 + plane] = ((planes[plane * area + i] ?? 0) / 2 + 0.5) * 255;
  }
  return { width, height, pixels };
}

/** Truecolour, 8 bit, no alpha. */
export function encodePicture({ width, height, pixels }: Picture): Uint8Array {
  return encode({ width, height, data: pixels, channels: 3, depth: 8 });
}
