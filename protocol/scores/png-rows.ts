/** Turns a PNG's zlib stream into raw samples: inflates it, undoes the row filters, and merges the Adam7 passes. */
import { badImage, COLOUR, type PngHeader } from './png-chunks.ts';
import type { ZlibPort } from './zlib-port.ts';

const ADAM7 = [
  { x: 0, y: 0, stepX: 8, stepY: 8 },
  { x: 4, y: 0, stepX: 8, stepY: 8 },
  { x: 0, y: 4, stepX: 4, stepY: 8 },
  { x: 2, y: 0, stepX: 4, stepY: 4 },
  { x: 0, y: 2, stepX: 2, stepY: 4 },
  { x: 1, y: 0, stepX: 2, stepY: 2 },
  { x: 0, y: 1, stepX: 1, stepY: 2 },
] as const;
const SINGLE_PASS = [{ x: 0, y: 0, stepX: 1, stepY: 1 }] as const;

const CHANNELS: ReadonlyMap<number, number> = new Map<number, number>([
  [COLOUR.grey, 1],
  [COLOUR.rgb, 3],
  [COLOUR.palette, 1],
  [COLOUR.greyAlpha, 2],
  [COLOUR.rgbAlpha, 4],
]);

export function channelsOf(header: PngHeader): number {
  return CHANNELS.get(header.colour) ?? 0;
}

/** Unscaled samples with interleaved channels, one element each (0…2^depth − 1). @throws ProtocolError PROTOCOL_BAD_IMAGE */
export function readSamples(header: PngHeader, data: Uint8Array, zlib: ZlibPort): Uint8Array | Uint16Array {
  const channels = channelsOf(header);
  const bitsPerPixel = channels * header.depth;
  const bytesPerPixel = Math.ceil(bitsPerPixel / 8);
  const passes = passesOf(header, bitsPerPixel);
  const raw = inflateExactly(
    data,
    passes.reduce((sum, pass) => sum + pass.rows * (pass.rowBytes + 1), 0),
    zlib,
  );
  if (header.depth === 8 && !header.interlaced) return unfilterBytes(raw, header.height, header.width * channels, bytesPerPixel);

  const count = header.width * header.height * channels;
  const samples = header.depth === 16 ? new Uint16Array(count) : new Uint8Array(count);
  let start = 0;
  for (const pass of passes) {
    const stride = pass.rowBytes + 1;
    for (let row = 0; row < pass.rows; row++, start += stride) {
      unfilter(raw, {
        filter: raw[start] ?? 0,
        start: start + 1,
        length: pass.rowBytes,
        above: row === 0 ? -1 : start + 1 - stride,
        bytesPerPixel,
      });
      const line = raw.subarray(start + 1, start + stride);
      const rowStart = (pass.y + row * pass.stepY) * header.width + pass.x;
      for (let column = 0, i = 0; column < pass.columns; column++) {
        const at = (rowStart + column * pass.stepX) * channels;
        for (let channel = 0; channel < channels; channel++, i++) samples[at + channel] = sampleAt(line, i, header.depth);
      }
    }
  }
  return samples;
}

interface Pass {
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
  readonly columns: number;
  readonly rows: number;
  /** Without the filter byte. */
  readonly rowBytes: number;
}

function passesOf(header: PngHeader, bitsPerPixel: number): Pass[] {
  return (header.interlaced ? ADAM7 : SINGLE_PASS)
    .map((pass) => ({
      ...pass,
      columns: Math.ceil((header.width - pass.x) / pass.stepX),
      rows: Math.ceil((header.height - pass.y) / pass.stepY),
    }))
    .filter((pass) => pass.columns > 0 && pass.rows > 0)
    .map((pass) => ({ ...pass, rowBytes: Math.ceil((pass.columns * bitsPerPixel) / 8) }));
}

/** Nearly every image in the network is of this kind: its bytes are its samples. */
function unfilterBytes(raw: Uint8Array, rows: number, length: number, bytesPerPixel: number): Uint8Array {
  const samples = new Uint8Array(rows * length);
  for (let row = 0; row < rows; row++) {
    const from = row * (length + 1);
    const start = row * length;
    samples.set(raw.subarray(from + 1, from + 1 + length), start);
    unfilter(samples, { filter: raw[from] ?? 0, start, length, above: row === 0 ? -1 : start - length, bytesPerPixel });
  }
  return samples;
}

function sampleAt(line: Uint8Array, index: number, depth: number): number {
  if (depth === 8) return line[index] ?? 0;
  if (depth === 16) return ((line[index * 2] ?? 0) << 8) | (line[index * 2 + 1] ?? 0);
  const bit = index * depth;
  return ((line[bit >> 3] ?? 0) >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
}

interface FilteredRow {
  readonly filter: number;
  /** Offset of the row in the buffer, and its length in bytes. */
  readonly start: number;
  readonly length: number;
  /** Offset of the row above; −1 for the first row, above which everything is 0. */
  readonly above: number;
  readonly bytesPerPixel: number;
}

/** In place. One loop per filter, without a call or closure per byte, because this is most of the work for a large image. */
function unfilter(bytes: Uint8Array, { filter, start, length, above, bytesPerPixel }: FilteredRow): void {
  const end = start + length;
  const second = Math.min(start + bytesPerPixel, end);
  const up = above - start;
  switch (filter) {
    case 0:
      return;
    case 1:
      for (let i = second; i < end; i++) bytes[i] = at(bytes, i) + at(bytes, i - bytesPerPixel);
      return;
    case 2:
      if (above < 0) return;
      for (let i = start; i < end; i++) bytes[i] = at(bytes, i) + at(bytes, i + up);
      return;
    case 3:
      if (above < 0) {
        for (let i = second; i < end; i++) bytes[i] = at(bytes, i) + (at(bytes, i - bytesPerPixel) >> 1);
        return;
      }
      for (let i = start; i < second; i++) bytes[i] = at(bytes, i) + (at(bytes, i + up) >> 1);
      for (let i = second; i < end; i++) bytes[i] = at(bytes, i) + ((at(bytes, i - bytesPerPixel) + at(bytes, i + up)) >> 1);
      return;
    case 4:
      if (above < 0) {
        // With two zeros, the left value is always chosen.
        for (let i = second; i < end; i++) bytes[i] = at(bytes, i) + at(bytes, i - bytesPerPixel);
        return;
      }
      for (let i = start; i < second; i++) bytes[i] = at(bytes, i) + at(bytes, i + up);
      for (let i = second; i < end; i++) {
        const left = at(bytes, i - bytesPerPixel);
        const upper = at(bytes, i + up);
        const corner = at(bytes, i + up - bytesPerPixel);
        const toLeft = Math.abs(upper - corner);
        const toUpper = Math.abs(left - corner);
        const toCorner = Math.abs(left + upper - 2 * corner);
        const nearest = toLeft <= toUpper && toLeft <= toCorner ? left : toUpper <= toCorner ? upper : corner;
        bytes[i] = at(bytes, i) + nearest;
      }
      return;
    default:
      throw badImage('bad filter type');
  }
}

/** For an index that is known to be in range. */
function at(bytes: Uint8Array, index: number): number {
  return bytes[index] as number;
}

/** The stream must contain exactly `expected` bytes and end with their Adler-32, as Go requires. */
function inflateExactly(stream: Uint8Array, expected: number, { inflate }: ZlibPort): Uint8Array {
  try {
    return inflate(stream, expected);
  } catch (cause) {
    throw badImage(`pixel data: ${cause instanceof Error ? cause.message : 'do not inflate'}`, cause);
  }
}
