/** Inflating and CRC-32 as pure code, and a port through which a process can provide its runtime's faster versions. */
import { Inflate } from 'fflate';

export interface ZlibPort {
  /**
   * The contents of a complete zlib stream, which must be exactly `length` bytes long, with nothing after the stream. Never
   * allocates much more than `length` bytes. @throws Error for any other stream, a bad checksum included
   */
  inflate(stream: Uint8Array, length: number): Uint8Array;
  /** CRC-32 of PNG and zip, unsigned. */
  crc32(bytes: Uint8Array): number;
}

export const pureZlib: ZlibPort = { inflate, crc32 };

/** Bytes passed to the inflater at a time, so that a bomb is noticed before it fills the memory. */
const INPUT_STEP = 16_384;

function inflate(stream: Uint8Array, length: number): Uint8Array {
  const [method = 0, flags = 0] = stream;
  const wellFormed = stream.length >= 6 && (method & 0x0f) === 8 && method >> 4 <= 7 && (method * 256 + flags) % 31 === 0;
  if (!wellFormed || (flags & 0x20) !== 0) throw new Error('bad zlib header');
  const result = new Uint8Array(length);
  let filled = 0;
  const inflater = new Inflate((part) => {
    if (filled + part.length <= length) result.set(part, filled);
    filled += part.length;
  });
  const body = stream.subarray(2, -4);
  for (let at = 0; at < body.length && filled <= length; at += INPUT_STEP) {
    inflater.push(body.subarray(at, at + INPUT_STEP), at + INPUT_STEP >= body.length);
  }
  if (filled > length) throw new Error('too much data');
  if (filled < length) throw new Error('not enough data');
  const trailer = new DataView(stream.buffer, stream.byteOffset + stream.length - 4, 4);
  if (trailer.getUint32(0) !== adler32(result)) throw new Error('bad checksum of the data');
  return result;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let start = 0; start < bytes.length; start += 3_800) {
    // 3,800 steps keep both sums below 2^31, so the modulus can be applied afterwards.
    for (const byte of bytes.subarray(start, start + 3_800)) {
      a += byte;
      b += a;
    }
    a %= 65_521;
    b %= 65_521;
  }
  return b * 65_536 + a;
}
