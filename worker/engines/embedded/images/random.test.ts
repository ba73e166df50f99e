import { describe, expect, it } from 'vitest';
import { gaussianNoise, philox } from './random.ts';

describe('philox', () => {
  // Known answers of the Random123 library (kat_vectors, philox4x32-10).
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ] as const)('gives the published words for %j', (counter, key, words) => {
    expect(philox(counter, key)).toEqual(words);
  });
});

describe('gaussianNoise', () => {
  it('has mean 0, variance 1 and normal tails', () => {
    const noise = gaussianNoise({ seed: 7, image: 0, draw: 0, length: 40_000 });
    const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
    const variance = noise.reduce((sum, value) => sum + value * value, 0) / noise.length - mean * mean;
    const beyondTwo = noise.filter((value) => Math.abs(value) > 2).length / noise.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
    expect(beyondTwo).toBeGreaterThan(0.04);
    expect(beyondTwo).toBeLessThan(0.05);
  });

  it('differs by seed, image and draw, but not by length', () => {
    const base = { seed: 1, image: 0, draw: 0, length: 10 };
    const noise = gaussianNoise(base);
    expect(gaussianNoise({ ...base, length: 7 })).toEqual(noise.slice(0, 7));
    for (const other of [{ seed: 2 }, { image: 1 }, { draw: 1 }]) expect(gaussianNoise({ ...base, ...other })).not.toEqual(noise);
  });
});
