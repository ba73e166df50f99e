import { describe, expect, it } from 'vitest';
import type { Picture } from './picture.ts';
import { resizeBicubic } from './resize.ts';

/** R = 7x+3y, G = x·y, B = x xor y, each modulo 256. */
function sample(width: number, height: number): Picture {
  const pixels = new Uint8ClampedArray(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) pixels.set([(7 * x + 3 * y) % 256, (x * y) % 256, x ^ y], (y * width + x) * 3);
  }
  return { width, height, pixels };
}

// Made with Pillow 13.0.0, Image.resize(size, BICUBIC), from the same picture.
const PILLOW = [
  [
    7,
    5,
    4,
    6,
    '0300000f00021b00042700060500011101021d03042904060801021403012006052c09060a0102160501220a052e0d060d0103190702250d043113050f02041b0806271002331601',
  ],
  [
    20,
    12,
    6,
    4,
    '0c01012205043a0808510c0b69100f7f13111505042b1102431f095a2c0c72390d8846141e0907341f064c3708634f097b670b917d17270c0a3d2c0d554e066c6f0284910a9ab01a',
  ],
  [
    5,
    5,
    9,
    9,
    '0000000200000600010a00010e00021200031600031a00041d00040000000300000700010b00010f00021301031701031b01041e01040200010500010901000d01011102031503021903021d04042004050300010600010a01010e02011203021604011a04021e06042106050500020800020c02031003021404001805001c06012008052308060700030a01030e03021204021605001a07001e0801220a05250a080800030b01030f03021304021706011b08011f0901230b05260c070a00040d01041104041505041908051d0a05210b05250e03280f020b00040e01041204051606051a08061e0a08220c06260f02291000',
  ],
] as const;

describe('resizeBicubic', () => {
  it.each(PILLOW)('resizes %i×%i to %i×%i as Pillow does', (width, height, toWidth, toHeight, hex) => {
    const expected = Buffer.from(hex, 'hex');
    const { pixels } = resizeBicubic(sample(width, height), { width: toWidth, height: toHeight });
    expect(pixels).toHaveLength(expected.length);
    // Pillow computes with 22-bit integers: a half may be rounded the other way.
    for (const [i, value] of pixels.entries())
      expect(Math.abs(value - (expected[i] ?? Number.NaN)), `byte ${i}`).toBeLessThanOrEqual(1);
    expect([...pixels].filter((value, i) => value !== expected[i]).length / pixels.length).toBeLessThan(0.05);
  });

  it('keeps the picture at its own size, and a uniform colour at any size', () => {
    const picture = sample(9, 4);
    expect(resizeBicubic(picture, picture).pixels).toEqual(picture.pixels);
    const flat = { width: 3, height: 3, pixels: new Uint8ClampedArray(27).fill(77) };
    expect(resizeBicubic(flat, { width: 8, height: 2 }).pixels.every((value) => value === 77)).toBe(true);
  });
});
