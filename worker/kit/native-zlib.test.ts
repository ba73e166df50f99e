import fc from 'fast-check';
import { zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { imageHash } from '../../protocol/scores/phash.ts';
import { type PngPlan, writePng } from '../../protocol/scores/testing/write-png.ts';
import { pureZlib, type ZlibPort } from '../../protocol/scores/zlib-port.ts';
import { nativeZlib } from './native-zlib.ts';

function outcome(zlib: ZlibPort, stream: Uint8Array, length: number): Uint8Array | 'refused' {
  try {
    return Uint8Array.from(zlib.inflate(stream, length));
  } catch {
    return 'refused';
  }
}

const contents = fc.uint8Array({ maxLength: 2_000 });

describe('the runtime’s zlib', () => {
  it('inflates what the pure one inflates, and refuses a different length', () => {
    fc.assert(
      fc.property(contents, fc.integer({ min: -2, max: 2 }), (bytes, more) => {
        const stream = zlibSync(bytes);
        const length = Math.max(0, bytes.length + more);
        const inflated = outcome(nativeZlib, stream, length);
        expect(inflated).toEqual(outcome(pureZlib, stream, length));
        if (length === bytes.length) expect(inflated).toEqual(bytes);
        else expect(inflated).toBe('refused');
      }),
    );
  });

  it('refuses a stream that is truncated, has extra data, or has a wrong checksum', () => {
    const bytes = Uint8Array.from({ length: 5_000 }, (_, i) => (i * i) % 251);
    const stream = zlibSync(bytes);
    const altered = stream.slice();
    altered[stream.length - 1] = (stream[stream.length - 1] ?? 0) ^ 1;
    const dictionary = Uint8Array.of(0x78, 0xbb, ...stream.subarray(2));
    const bad = [
      stream.subarray(0, -1),
      stream.subarray(0, 10),
      Uint8Array.of(...stream, 0),
      altered,
      dictionary,
      new Uint8Array(),
    ];
    for (const zlib of [nativeZlib, pureZlib]) {
      for (const damaged of bad) expect(outcome(zlib, damaged, bytes.length)).toBe('refused');
    }
  });

  it('does not inflate a bomb beyond the expected length', () => {
    const bomb = zlibSync(new Uint8Array(64 * 2 ** 20));
    expect(outcome(nativeZlib, bomb, 1_000)).toBe('refused');
  });

  it('computes the same CRC-32', () => {
    fc.assert(
      fc.property(contents, (bytes) => {
        expect(nativeZlib.crc32(bytes)).toBe(pureZlib.crc32(bytes));
      }),
    );
  });

  it('computes the same hash of an image', () => {
    const plan: PngPlan = {
      width: 130,
      height: 71,
      depth: 8,
      colour: 6,
      filter: (row) => row % 5,
      sample: (x, y, c) => (x * y + c * 77) % 256,
    };
    const png = writePng(plan);
    expect(imageHash(png, nativeZlib)).toBe(imageHash(png));
  });
});
