import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { encodePicture, toPicture } from './picture.ts';

const size = { width: 2, height: 1 };

describe('toPicture', () => {
  it('combines planes of −1…1 into pixels, clamped, halves to even', () => {
    // 0 is 127.5, and its even neighbour is 128; (126.5 / 255) · 2 − 1 is 126.5, and its even neighbour is 126.
    const half = (126.5 / 255) * 2 - 1;
    const { pixels } = toPicture(Float32Array.of(-1, 1, -7, 7, 0, half), size);
    expect([...pixels]).toEqual([0, 0, 128, 255, 255, 126]);
  });

  it('refuses values that are not numbers, and another size', () => {
    const failure = (planes: Float32Array | undefined) => () => toPicture(planes, size);
    expect(failure(Float32Array.of(0, 0, Number.NaN, 0, 0, 0))).toThrow(expect.objectContaining({ code: 'IMAGE_DIVERGED' }));
    expect(failure(Float32Array.of(0, 0, 0, 0, 0, Number.POSITIVE_INFINITY))).toThrow(
      expect.objectContaining({ code: 'IMAGE_DIVERGED' }),
    );
    expect(failure(new Float32Array(5))).toThrow(expect.objectContaining({ code: 'IMAGE_BAD_MODEL' }));
    expect(failure(undefined)).toThrow(expect.objectContaining({ code: 'IMAGE_BAD_MODEL' }));
  });
});

it('encodePicture makes a PNG with the same pixels', () => {
  const pixels = Uint8ClampedArray.of(1, 2, 3, 250, 251, 252);
  const { width, height, channels, data } = decode(encodePicture({ ...size, pixels }));
  expect({ width, height, channels, data: [...data] }).toEqual({ ...size, channels: 3, data: [...pixels] });
});
