import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DCT_DIVISORS } from './dct-divisors.ts';
import { imageHash } from './phash.ts';
import { type PngPlan, writePng } from './testing/write-png.ts';

const VECTORS = new URL('../vectors/', import.meta.url);
const readJson = (name: string) => JSON.parse(readFileSync(new URL(name, VECTORS), 'utf8'));

describe('shared vectors', () => {
  const expected: Record<string, string> = readJson('phash/expected.json');
  const files = readdirSync(new URL('phash', VECTORS));

  it('are all of a known kind, and each has an expectation', () => {
    const others = files.filter((file) => expected[file] === undefined);
    expect(others.toSorted()).toEqual(['dct-divisors.json', 'expected.json']);
    expect(Object.keys(expected).filter((file) => !files.includes(file))).toEqual([]);
  });

  it.each(Object.entries(expected))('%s', (file, hash) => {
    expect(imageHash(readFileSync(new URL(`phash/${file}`, VECTORS)))).toBe(hash);
  });

  it('contain the divisors of the DCT, which Math.cos does not reproduce', () => {
    const bits: Record<string, string[]> = readJson('phash/dct-divisors.json');
    let differing = 0;
    expect([...DCT_DIVISORS.keys()].toSorted((a, b) => a - b)).toEqual(Object.keys(bits).map(Number));
    for (const [length, values] of Object.entries(bits)) {
      const ours = DCT_DIVISORS.get(Number(length)) ?? new Float64Array();
      const view = new DataView(new ArrayBuffer(8));
      const asBits = [...ours].map((value) => {
        view.setFloat64(0, value);
        return `0x${view.getBigUint64(0).toString(16).padStart(16, '0')}`;
      });
      expect(asBits).toEqual(values);
      for (const [i, value] of ours.entries()) if (value !== Math.cos(((i + 0.5) * Math.PI) / Number(length)) * 2) differing++;
    }
    expect(differing).toBeGreaterThan(0);
  });
});

/** Every colour type, depth, transparency and interlacing, hashed by the network's library on amd64. */
const FORMATS: { name: string; hash: string; png: string }[] = readJson('phash-formats.json');

it.each(FORMATS)('format $name', ({ hash, png }) => {
  expect(imageHash(Buffer.from(png, 'base64'))).toBe(hash);
});

describe('images of the fact sheet (RELAY_PROTOCOL 6.2)', () => {
  const grey = (x: number, y: number) => (7 * x + 3 * y) % 256;
  const channels = [grey, (x: number, y: number) => (x * y) % 256, (x: number, y: number) => (x ^ y) % 256];
  const alpha = (x: number, y: number) => 255 - ((x + y) % 200);
  const sample: PngPlan['sample'] = (x, y, channel) => (channels[channel] ?? alpha)(x, y);

  it.each([
    [512, 512, '0x802e7b2e7b507b2a', '0xd6ac56ac56fca902', '0xf788f7aaa280f780'],
    [64, 64, '0x800f1e151f3e7e78', '0xc0871e1d1f3e3c78', '0xa40f5a511bbaabf0'],
    [100, 37, '0x8003173f3e7e7878', '0xc003171f3f3e7878', '0xa90356aa5657a6d6'],
    [3, 3, '0xad46943189e47b9b', '0xad56b16c9bd448a9', '0xbd5dabf4909061a3'],
  ])('%i×%i', (width, height, rgb, rgba, greyHash) => {
    const hashOf = (colour: 0 | 2 | 6) => imageHash(writePng({ width, height, depth: 8, colour, sample }));
    expect([hashOf(2), hashOf(6), hashOf(0)]).toEqual([rgb, rgba, greyHash]);
  });

  it('solid colours', () => {
    const solid = (...rgb: number[]) =>
      imageHash(writePng({ width: 40, height: 30, depth: 8, colour: 2, sample: (_x, _y, channel) => rgb[channel] ?? 0 }));
    expect(solid(0, 0, 0)).toBe('0x0000000000000000');
    expect(solid(255, 255, 255)).toBe('0x8000000000000000');
    expect(solid(10, 20, 30)).toBe('0x8000000000000000');
  });

  it('the worker’s mock image', () => {
    const png =
      '89504e470d0a1a0a0000000d49484452000000030000000308000000007343ea630000001449444154789c63f8cff09f89e13f0303c37f06001c0003ff136fd2d30000000049454e44ae426082';
    expect(imageHash(Buffer.from(png, 'hex'))).toBe('0xa8a002028008a808');
  });
});

it('does not depend on filters, interlacing or the position in a larger buffer', () => {
  const plan: PngPlan = {
    width: 33,
    height: 21,
    depth: 16,
    colour: 6,
    sample: (x, y, channel) => (x * 997 + y * 31 + channel * 7777) % 65_536,
  };
  const plain = writePng(plan);
  for (const filter of [1, 2, 3, 4]) expect(imageHash(writePng({ ...plan, filter: () => filter }))).toBe(imageHash(plain));
  expect(imageHash(writePng({ ...plan, interlaced: true, filter: (row) => row % 5 }))).toBe(imageHash(plain));
  const padded = new Uint8Array(plain.length + 13);
  padded.set(plain, 7);
  expect(imageHash(padded.subarray(7, 7 + plain.length))).toBe(imageHash(plain));
});
