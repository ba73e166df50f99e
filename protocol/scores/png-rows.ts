/** From a PNG's zlib stream to raw samples: inflate, undo the row filters, put the passes of Adam7 in place. */
import { Inflate } from 'fflate';
import { badImage, COLOUR, type PngHeader } from './png-chunks.ts';

const ADAM7 = [
  { x: 0, y: 0, stepX: 8, stepY: 8 },
  { x: 4, y: 0, stepX: 8, stepY: 8 },
  { x: 0, y: 4, stepX: 4, stepY: 8 },
  { x: 2, y: 0, stepX: 4, stepY: 4 },
  { x: 0, y: 2, stepX: 2, stepY: 4 },
  { x: 1, y: 0, stepX: 2, stepY: 2 },
  { x: 0, y: 1, stepX: 1, stepY: 2 },
] as const;
const WHOLE = [{ x: 0, y: 0, stepX: 1, stepY: 1 }] as const;

/** Input handed to the inflater at a time, so that a bomb is noticed before it has filled the memory. */
const INFLATE_STEP = 16_384;

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

/** Unscaled samples, channels interleaved, one element each (0…2^depth − 1). @throws ProtocolError PROTOCOL_BAD_IMAGE */
export function readSamples(header: PngHeader, data: Uint8Array): Uint8Array | Uint16Array {
  const channels = channelsOf(header);
  const bitsPerPixel = channels * header.depth;
  const passes = (header.interlaced ? ADAM7 : WHOLE)
    .map((pass) => ({
      ...pass,
      columns: Math.ceil((header.width - pass.x) / pass.stepX),
      rows: Math.ceil((header.height - pass.y) / pass.stepY),
    }))
    .filter((pass) => pass.columns > 0 && pass.rows > 0)
    .map((pass) => ({ ...pass, rowBytes: Math.ceil((pass.columns * bitsPerPixel) / 8) }));
  const expected = passes.reduce((sum, pass) => sum + pass.rows * (pass.rowBytes + 1), 0);
  const raw = inflateExactly(data, expected);

  const count = header.width * header.height * channels;
  const samples = header.depth === 16 ? new Uint16Array(count) : new Uint8Array(count);
  let at = 0;
  for (const pass of passes) {
    let above: Uint8Array = new Uint8Array(pass.rowBytes);
    for (let row = 0; row < pass.rows; row++) {
      const line = raw.subarray(at + 1, at + 1 + pass.rowBytes);
      unfilter({ filter: raw[at] ?? 0, line, above, bytesPerPixel: Math.ceil(bitsPerPixel / 8) });
      const rowStart = (pass.y + row * pass.stepY) * header.width + pass.x;
      for (let i = 0; i < pass.columns * channels; i++) {
        const pixel = rowStart + Math.trunc(i / channels) * pass.stepX;
        samples[pixel * channels + (i % channels)] = sampleAt(line, i, header.depth);
      }
      above = line;
      at += pass.rowBytes + 1;
    }
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
  /** Unfiltered in place. */
  readonly line: Uint8Array;
  readonly above: Uint8Array;
  readonly bytesPerPixel: number;
}

function unfilter({ filter, line, above, bytesPerPixel }: FilteredRow): void {
  const predict = PREDICTORS[filter];
  if (predict === undefined) throw badImage('bad filter type');
  if (filter === 0) return;
  for (let i = 0; i < line.length; i++) {
    const left = i < bytesPerPixel ? 0 : (line[i - bytesPerPixel] ?? 0);
    const upperLeft = i < bytesPerPixel ? 0 : (above[i - bytesPerPixel] ?? 0);
    line[i] = (line[i] ?? 0) + predict(left, above[i] ?? 0, upperLeft);
  }
}

const PREDICTORS: readonly ((left: number, up: number, upperLeft: number) => number)[] = [
  () => 0,
  (left) => left,
  (_, up) => up,
  (left, up) => (left + up) >> 1,
  paeth,
];

function paeth(left: number, up: number, upperLeft: number): number {
  const estimate = left + up - upperLeft;
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - upperLeft)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : upperLeft;
}

/** The stream must hold exactly `expected` bytes and end with their Adler-32, like Go demands. */
function inflateExactly(stream: Uint8Array, expected: number): Uint8Array {
  const [method = 0, flags = 0] = stream;
  const wellFormed = stream.length >= 6 && (method & 0x0f) === 8 && method >> 4 <= 7 && (method * 256 + flags) % 31 === 0;
  if (!wellFormed || (flags & 0x20) !== 0) throw badImage('bad zlib header');
  const result = new Uint8Array(expected);
  let length = 0;
  const inflate = new Inflate((part) => {
    if (length + part.length <= expected) result.set(part, length);
    length += part.length;
  });
  const body = stream.subarray(2, -4);
  for (let at = 0; at < body.length && length <= expected; at += INFLATE_STEP) {
    pushTo(inflate, body.subarray(at, at + INFLATE_STEP), at + INFLATE_STEP >= body.length);
  }
  if (length > expected) throw badImage('too much pixel data');
  if (length < expected) throw badImage('not enough pixel data');
  const trailer = new DataView(stream.buffer, stream.byteOffset + stream.length - 4, 4);
  if (trailer.getUint32(0) !== adler32(result)) throw badImage('bad checksum of the pixel data');
  return result;
}

function pushTo(inflate: Inflate, part: Uint8Array, isLast: boolean): void {
  try {
    inflate.push(part, isLast);
  } catch (cause) {
    throw badImage('pixel data do not inflate', cause);
  }
}

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let start = 0; start < bytes.length; start += 3_800) {
    // 3,800 steps keep both sums below 2^31, so that the modulus can wait.
    for (const byte of bytes.subarray(start, start + 3_800)) {
      a += byte;
      b += a;
    }
    a %= 65_521;
    b %= 65_521;
  }
  return b * 65_536 + a;
}
