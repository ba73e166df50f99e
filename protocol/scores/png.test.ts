import fc from 'fast-check';
import { zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../errors.ts';
import { decodePng } from './png.ts';
import { chunk, ihdr, type PngPlan, pngOf, rawRows, writePng } from './testing/write-png.ts';
import { pureZlib } from './zlib-port.ts';

const decode = (png: Uint8Array) => decodePng(png, pureZlib);

const sample: PngPlan['sample'] = (x, y, channel) => x + 2 * y + channel;

describe('decodePng', () => {
  it('keeps colour and alpha separate, unscaled', () => {
    const image = decode(writePng({ width: 2, height: 2, depth: 8, colour: 6, sample }));
    expect(image).toEqual({
      width: 2,
      height: 2,
      channels: 3,
      samples: Uint8Array.of(0, 1, 2, 1, 2, 3, 2, 3, 4, 3, 4, 5),
      alpha: Uint8Array.of(3, 4, 5, 6),
    });
  });

  it('expands small greys to 8 bits', () => {
    for (const [depth, samples] of [
      [1, [0, 255, 255]],
      [2, [0, 85, 255]],
      [4, [0, 17, 255]],
    ] as const) {
      const max = 2 ** depth - 1;
      const image = decode(writePng({ width: 3, height: 1, depth, colour: 0, sample: (x) => [0, 1, max][x] ?? 0 }));
      expect(image).toMatchObject({ channels: 1, samples: Uint8Array.from(samples), alpha: null });
    }
  });

  it('reads palettes as 16-bit colours; missing entries are opaque black', () => {
    const palette = [10, 20, 30, 40, 50, 60];
    const image = decode(writePng({ width: 3, height: 1, depth: 8, colour: 3, palette, transparency: [7], sample: (x) => x }));
    expect(image.samples).toEqual(Uint16Array.of(2570, 5140, 7710, 10280, 12850, 15420, 0, 0, 0));
    expect(image.alpha).toEqual(Uint16Array.of(7 * 257, 65535, 65535));
  });

  it('makes the tRNS colour transparent, and only that', () => {
    const rgb = decode(writePng({ width: 3, height: 1, depth: 8, colour: 2, transparency: [9, 1, 9, 2, 9, 3], sample }));
    // Below 16 bits only the low byte of each value counts.
    expect(rgb.alpha).toEqual(Uint8Array.of(255, 0, 255));
    const grey = decode(writePng({ width: 2, height: 1, depth: 16, colour: 0, transparency: [1, 0], sample: (x) => x * 256 }));
    expect(grey.alpha).toEqual(Uint16Array.of(65535, 0));
  });
});

function refuses(png: Uint8Array, why: RegExp): void {
  expect(() => decode(png)).toThrowError(expect.objectContaining({ code: 'PROTOCOL_BAD_IMAGE' }));
  expect(() => decode(png)).toThrowError(why);
}

const PLAN: PngPlan = { width: 4, height: 3, depth: 8, colour: 0, sample };
const IHDR = chunk('IHDR', ihdr(PLAN));
const IDAT = chunk('IDAT', [...zlibSync(Uint8Array.from(rawRows(PLAN)))]);
const IEND = chunk('IEND', []);
const idatOf = (raw: readonly number[]) => chunk('IDAT', [...zlibSync(Uint8Array.from(raw))]);

describe('refusals', () => {
  it('of data that is not a PNG', () => {
    refuses(new Uint8Array(0), /not a PNG/);
    refuses(Uint8Array.from(Buffer.from('{"a":1}')), /not a PNG/);
    refuses(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), /not a PNG/);
  });

  it('of every truncation', () => {
    const png = writePng(PLAN);
    for (let length = 0; length < png.length; length++) refuses(png.subarray(0, length), /./);
    expect(() => decode(png)).not.toThrow();
  });

  it.each<[string, (readonly number[])[], RegExp]>([
    ['no image data', [IHDR, IEND], /no image/],
    ['no header', [IDAT, IEND], /IDAT out of order/],
    ['two headers', [IHDR, IHDR, IDAT, IEND], /two IHDR/],
    ['a damaged checksum', [IHDR, [...IDAT.slice(0, -1), (IDAT.at(-1) ?? 0) ^ 1], IEND], /checksum of IDAT/],
    ['a length beyond the file', [IHDR, [0xff, 0xff, 0xff, 0xff, ...IDAT.slice(4)], IEND], /too early/],
    ['an end with contents', [IHDR, IDAT, chunk('IEND', [1])], /IEND/],
    ['a palette in a grey image', [IHDR, chunk('PLTE', [1, 2, 3]), IDAT, IEND], /PLTE/],
    ['a tRNS of a wrong length', [IHDR, chunk('tRNS', [1]), IDAT, IEND], /tRNS/],
    ['two tRNS', [IHDR, chunk('tRNS', [0, 1]), chunk('tRNS', [0, 1]), IDAT, IEND], /tRNS/],
    ['a tRNS after the data', [IHDR, IDAT, chunk('tRNS', [0, 1]), IEND], /tRNS/],
    ['data that is not a zlib stream', [IHDR, chunk('IDAT', [1, 2, 3, 4, 5, 6, 7]), IEND], /zlib header/],
    ['too few rows', [IHDR, idatOf(rawRows({ ...PLAN, height: 2 })), IEND], /not enough/],
    ['too many rows', [IHDR, idatOf(rawRows({ ...PLAN, height: 4 })), IEND], /too much/],
    ['an unknown filter', [IHDR, idatOf(rawRows({ ...PLAN, filter: () => 5 })), IEND], /filter/],
    ['a damaged Adler-32', [IHDR, chunk('IDAT', [...IDAT.slice(8, -5), (IDAT.at(-5) ?? 0) ^ 1]), IEND], /pixel data/],
  ])('of %s', (_, chunks, why) => {
    refuses(pngOf(chunks), why);
  });

  it.each<[string, number[], RegExp]>([
    ['zero width', ihdr({ ...PLAN, width: 0 }), /no pixels/],
    ['a short header', ihdr(PLAN).slice(1), /IHDR length/],
    ['a depth that its colour type does not allow', [...ihdr(PLAN).slice(0, 8), 4, 2, 0, 0, 0], /bit depth/],
    ['an unknown colour type', [...ihdr(PLAN).slice(0, 8), 8, 5, 0, 0, 0], /colour type/],
    ['an unknown compression', [...ihdr(PLAN).slice(0, 10), 1, 0, 0], /compression/],
    ['an unknown filter method', [...ihdr(PLAN).slice(0, 11), 1, 0], /filter method/],
    ['an unknown interlacing', [...ihdr(PLAN).slice(0, 12), 2], /interlace/],
    ['too many pixels', ihdr({ ...PLAN, width: 60_000, height: 60_000 }), /too large/],
    ['too long a side', ihdr({ ...PLAN, width: 2 ** 31, height: 1 }), /too large/],
  ])('of %s', (_, header, why) => {
    refuses(pngOf([chunk('IHDR', header), IDAT, IEND]), why);
  });

  it('of a bomb', () => {
    const bomb = zlibSync(new Uint8Array(30_000_000), { level: 9 });
    refuses(pngOf([IHDR, chunk('IDAT', [...bomb]), IEND]), /too much/);
  });

  it('of damaged files always have a code', () => {
    const plans: PngPlan[] = [
      { ...PLAN, width: 9, height: 9, colour: 3, depth: 4, palette: [1, 2, 3, 4, 5, 6], transparency: [9], interlaced: true },
      { ...PLAN, colour: 2, transparency: [0, 1, 0, 2, 0, 3] },
      { ...PLAN, colour: 6, depth: 16, interlaced: true },
    ].map((plan) => ({ ...plan, sample: () => 0 }) as PngPlan);
    const blow = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }), fc.constantFrom('set', 'cut', 'insert'));
    fc.assert(
      fc.property(fc.constantFrom(...plans), fc.array(blow, { minLength: 1, maxLength: 4 }), (plan, blows) => {
        const bytes = [...writePng(plan)];
        for (const [at, value, kind] of blows) {
          const index = at % bytes.length;
          if (kind === 'set') bytes[index] = value;
          else bytes.splice(index, kind === 'cut' ? 1 : 0, ...(kind === 'cut' ? [] : [value]));
        }
        try {
          decode(Uint8Array.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
          expect(error).toMatchObject({ code: 'PROTOCOL_BAD_IMAGE' });
        }
      }),
      { numRuns: 500 },
    );
  });

  it('of damaged contents with correct checksums always have a code', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 13, maxLength: 13 }),
        fc.uint8Array({ maxLength: 12 }),
        fc.uint8Array({ maxLength: 60 }),
        (head, other, data) => {
          // Small sides, so that some of the headers are valid.
          const header = [
            0,
            0,
            0,
            (head[3] ?? 0) % 9,
            0,
            0,
            0,
            (head[7] ?? 0) % 9,
            2 ** ((head[8] ?? 0) % 6),
            (head[9] ?? 0) % 8,
            0,
            0,
            (head[12] ?? 0) % 2,
          ];
          const png = pngOf([
            chunk('IHDR', header),
            chunk('PLTE', [...other]),
            chunk('tRNS', [...other]),
            idatOf([...data]),
            IEND,
          ]);
          try {
            decode(png);
          } catch (error) {
            expect(error).toMatchObject({ code: 'PROTOCOL_BAD_IMAGE' });
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
