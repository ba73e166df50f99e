/** The chunks of a PNG, checked as Go's image/png checks them: order, lengths, CRC. */
import { ProtocolError } from '../errors.ts';
import type { ZlibPort } from './zlib-port.ts';

/** Larger images are refused before anything is inflated; 32 MiPixel is far more than a task can request. */
const MAX_PIXELS = 2 ** 25;
/** Keeps every sum of the resampling below 2^53. */
const MAX_SIDE = 2 ** 16;

export const COLOUR = { grey: 0, rgb: 2, palette: 3, greyAlpha: 4, rgbAlpha: 6 } as const;

const DEPTHS: ReadonlyMap<number, readonly number[]> = new Map<number, readonly number[]>([
  [COLOUR.grey, [1, 2, 4, 8, 16]],
  [COLOUR.rgb, [8, 16]],
  [COLOUR.palette, [1, 2, 4, 8]],
  [COLOUR.greyAlpha, [8, 16]],
  [COLOUR.rgbAlpha, [8, 16]],
]);

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
  readonly interlaced: boolean;
}

export interface PngChunks {
  readonly header: PngHeader;
  /** Contents of PLTE and tRNS; null if the file has none. */
  readonly palette: Uint8Array | null;
  readonly transparency: Uint8Array | null;
  /** The zlib stream: the first run of IDAT chunks, concatenated. */
  readonly data: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/** @throws ProtocolError PROTOCOL_BAD_IMAGE */
export function readChunks(png: Uint8Array, { crc32 }: Pick<ZlibPort, 'crc32'>): PngChunks {
  let header: PngHeader | null = null;
  let palette: Uint8Array | null = null;
  let transparency: Uint8Array | null = null;
  const data: Uint8Array[] = [];
  let dataEnded = false;
  for (const chunk of chunksOf(png, crc32)) {
    // A later IDAT is ignored as garbage, as Go does; the stream must be complete without it.
    if (chunk.type !== 'IDAT' && data.length > 0) dataEnded = true;
    if (chunk.type === 'IHDR') {
      if (header !== null) throw badImage('two IHDR chunks');
      header = parseHeader(chunk.data);
    } else if (chunk.type === 'PLTE') {
      if (header === null || palette !== null || transparency !== null || dataEnded) throw badImage('PLTE out of order');
      palette = checkPalette(header, chunk.data);
    } else if (chunk.type === 'tRNS') {
      if (header === null || transparency !== null || dataEnded) throw badImage('tRNS out of order');
      transparency = checkTransparency(header, palette, chunk.data);
    } else if (chunk.type === 'IDAT') {
      if (header === null || (header.colour === COLOUR.palette && palette === null)) throw badImage('IDAT out of order');
      if (!dataEnded) data.push(chunk.data);
    }
  }
  if (header === null || data.length === 0) throw badImage('no image data');
  return { header, palette, transparency, data: concatenate(data) };
}

function* chunksOf(png: Uint8Array, crc32: ZlibPort['crc32']): Generator<Chunk> {
  if (SIGNATURE.some((byte, i) => png[i] !== byte)) throw badImage('not a PNG file');
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  let at = SIGNATURE.length;
  for (;;) {
    if (at + 12 > png.length) throw badImage('ends too early');
    const length = view.getUint32(at);
    if (at + 12 + length > png.length) throw badImage('ends too early');
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if (view.getUint32(at + 8 + length) !== crc32(png.subarray(at + 4, at + 8 + length)))
      throw badImage(`bad checksum of ${type}`);
    yield { type, data: png.subarray(at + 8, at + 8 + length) };
    at += 12 + length;
    if (type !== 'IEND') continue;
    if (length !== 0) throw badImage('bad IEND length');
    return;
  }
}

function parseHeader(data: Uint8Array): PngHeader {
  if (data.length !== 13) throw badImage('bad IHDR length');
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colour, compression, filter, interlace] = [...data.subarray(8)];
  if (width === 0 || height === 0) throw badImage('no pixels');
  if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS) throw badImage(`${width}×${height} is too large`);
  if (depth === undefined || colour === undefined || !DEPTHS.get(colour)?.includes(depth)) {
    throw badImage(`bit depth ${depth}, colour type ${colour}`);
  }
  if (compression !== 0 || filter !== 0) throw badImage('unknown compression or filter method');
  if (interlace !== 0 && interlace !== 1) throw badImage('unknown interlace method');
  return { width, height, depth, colour, interlaced: interlace === 1 };
}

/** Truecolour files may contain a palette, which does not affect their pixels. */
function checkPalette(header: PngHeader, data: Uint8Array): Uint8Array {
  if (header.colour === COLOUR.grey || header.colour === COLOUR.greyAlpha) throw badImage('PLTE in a grey image');
  const count = data.length / 3;
  if (!Number.isInteger(count) || count === 0 || count > Math.min(256, 2 ** header.depth)) throw badImage('bad PLTE length');
  return data;
}

function checkTransparency(header: PngHeader, palette: Uint8Array | null, data: Uint8Array): Uint8Array {
  switch (header.colour) {
    case COLOUR.grey:
      if (data.length !== 2) throw badImage('bad tRNS length');
      return data;
    case COLOUR.rgb:
      if (data.length !== 6) throw badImage('bad tRNS length');
      return data;
    case COLOUR.palette:
      if (palette === null) throw badImage('tRNS out of order');
      if (data.length > 256) throw badImage('bad tRNS length');
      return data;
    default:
      throw badImage('tRNS in an image with alpha');
  }
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export function badImage(why: string, cause?: unknown): ProtocolError {
  return new ProtocolError('PROTOCOL_BAD_IMAGE', `not an acceptable PNG: ${why}`, {}, { cause });
}
