import fc from 'fast-check';
import { expect, it } from 'vitest';
import { imageHash } from './phash.ts';
import { imageHashOracle } from './testing/phash-oracle.ts';
import { type PngPlan, writePng } from './testing/write-png.ts';

const KINDS = [
  ...([1, 2, 4, 8, 16] as const).map((depth) => ({ colour: 0 as const, depth })),
  ...([8, 16] as const).flatMap((depth) => ([2, 4, 6] as const).map((colour) => ({ colour, depth }))),
  ...([1, 2, 4, 8] as const).map((depth) => ({ colour: 3 as const, depth })),
];

const side = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 1, max: 20 }) },
  { weight: 2, arbitrary: fc.constantFrom(1, 63, 64, 65) },
  { weight: 1, arbitrary: fc.constantFrom(128, 200) },
);

const image = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    width: side,
    height: side,
    interlaced: fc.boolean(),
    transparent: fc.boolean(),
    filters: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 }),
    seed: fc.integer(),
    smooth: fc.boolean(),
  })
  .map(({ kind: { colour, depth }, width, height, interlaced, transparent, filters, seed, smooth }): PngPlan => {
    const values = 2 ** depth;
    const noise = (x: number, y: number, channel: number) =>
      Math.imul(x * 7919 + y * 104_729 + channel * 1_299_709 + seed, 0x9e3779b1) >>> 8;
    const ramp = (x: number, y: number, channel: number) =>
      Math.floor(((x + 2 * y + 31 * channel + (seed & 255)) * values) / 256);
    const key = colour === 0 ? [0, seed & 255] : [0, seed & 255, 0, 7, 0, 200];
    return {
      width,
      height,
      depth,
      colour,
      interlaced,
      filter: (row) => filters[row % filters.length] ?? 0,
      sample: (x, y, channel) => (smooth ? ramp : noise)(x, y, channel) % values,
      ...(colour === 3
        ? {
            palette: Array.from({ length: 3 * Math.min(values, 11) }, (_, i) => noise(i, 3, 5) % 256),
            ...(transparent ? { transparency: [7, 200] } : {}),
          }
        : transparent && (colour === 0 || colour === 2)
          ? { transparency: key }
          : {}),
    };
  });

// `CRYNUX_ORACLE_IMAGES=10000 npm test -- protocol/scores` tests more of them.
const RUNS = Math.ceil(Number(process.env.CRYNUX_ORACLE_IMAGES ?? 2_000) / 10);

it.each(Array.from({ length: 10 }, (_, part) => part))('hashes random images like the simple implementation, part %i', (part) => {
  fc.assert(
    fc.property(image, (plan) => {
      const png = writePng(plan);
      expect(imageHash(png)).toBe(imageHashOracle(png));
    }),
    { numRuns: RUNS, seed: 20_261_129 + part },
  );
});
