/**
 * A second, simple implementation of the image hash: the first one here that matched the vectors of the network's library.
 * It is kept to check the fast one with images that the vectors do not contain.
 */
import { Inflate } from 'fflate';
import { bytesToHex, type Hex } from '../../hex.ts';
import { lowFrequencies } from '../dct.ts';
import { badImage, COLOUR, type PngChunks, type PngHeader, readChunks } from '../png-chunks.ts';
import { pureZlib } from '../zlib-port.ts';

type Samples = Uint8Array | Uint16Array;

interface SampleGrid {
  readonly width: number;
  readonly height: number;
  /** Interleaved channels per pixel; premultiplied if the image had alpha. */
  readonly channels: number;
  readonly samples: Samples;
}

/** Two passes, each along x with a transposed result, both quantised to the depth of the samples. */
function resizeSquare(grid: SampleGrid, size: number): SampleGrid {
  return resampleTransposed(resampleTransposed(grid, size), size);
}

interface Taps {
  readonly start: number;
  readonly weights: readonly number[];
}

function resampleTransposed(grid: SampleGrid, size: number): SampleGrid {
  const { width, height, channels, samples } = grid;
  const wide = samples instanceof Uint16Array;
  const taps = tapsFor(width / size, size, wide ? 65_536 : 256);
  const result = wide ? new Uint16Array(size * height * channels) : new Uint8Array(size * height * channels);
  for (const [x, { start, weights }] of taps.entries()) {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const columns = weights.map((_, i) => Math.min(Math.max(start + i, 0), width - 1) * channels);
    for (let y = 0; y < height; y++) {
      const row = y * width * channels;
      for (let channel = 0; channel < channels; channel++) {
        // Below 2^43 for the sizes that the decoder accepts, so float64 sums are exact.
        let sum = 0;
        for (let i = 0; i < weights.length; i++) {
          sum += (weights[i] ?? 0) * (samples[row + (columns[i] ?? 0) + channel] ?? 0);
        }
        result[(x * height + y) * channels + channel] = Math.trunc(sum / total);
      }
    }
  }
  return { width: height, height: size, channels, samples: result };
}

/** Weights are truncated to integers of `unit`; they are never negative, so results need no clamping. */
function tapsFor(scale: number, size: number, unit: number): Taps[] {
  const count = 2 * Math.max(Math.ceil(scale), 1);
  const factor = Math.min(1 / scale, 1);
  return Array.from({ length: size }, (_, index) => {
    const position = scale * (index + 0.5) - 0.5;
    const start = Math.trunc(position) - count / 2 + 1;
    const weights = Array.from({ length: count }, (_, i) => {
      const distance = Math.abs((position - start - i) * factor);
      return distance <= 1 ? Math.trunc((1 - distance) * unit) : 0;
    });
    return { start, weights };
  });
}

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

/** Bytes passed to the inflater at a time, so that a bomb is noticed before it fills the memory. */
const INFLATE_STEP = 16_384;

const CHANNELS: ReadonlyMap<number, number> = new Map<number, number>([
  [COLOUR.grey, 1],
  [COLOUR.rgb, 3],
  [COLOUR.palette, 1],
  [COLOUR.greyAlpha, 2],
  [COLOUR.rgbAlpha, 4],
]);

function channelsOf(header: PngHeader): number {
  return CHANNELS.get(header.colour) ?? 0;
}

/** Unscaled samples, channels interleaved, one element each (0…2^depth − 1). @throws ProtocolError PROTOCOL_BAD_IMAGE */
function readSamples(header: PngHeader, data: Uint8Array): Uint8Array | Uint16Array {
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

/** The stream must hold exactly `expected` bytes and end with their Adler-32, as Go demands. */
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

/** Colour and alpha apart, not premultiplied; both 8-bit (Uint8Array) or both 16-bit (Uint16Array). */
interface PngImage {
  readonly width: number;
  readonly height: number;
  /** Colour channels: 1 for grey, 3 for RGB. */
  readonly channels: 1 | 3;
  readonly samples: Samples;
  /** One value per pixel; null when every pixel is opaque by the file's type. */
  readonly alpha: Samples | null;
}

/**
 * Stricter than Go in two points only: images above 32 MiPixel, and garbage IDAT chunks right behind a complete stream.
 * @throws ProtocolError PROTOCOL_BAD_IMAGE
 */
function decodePng(png: Uint8Array): PngImage {
  const chunks = readChunks(png, pureZlib);
  const raw = readSamples(chunks.header, chunks.data);
  switch (chunks.header.colour) {
    case COLOUR.palette:
      return paletteImage(chunks, raw);
    case COLOUR.greyAlpha:
    case COLOUR.rgbAlpha:
      return splitAlpha(chunks, raw);
    default:
      return keyedImage(chunks, raw);
  }
}

/** Go reads a palette through 16-bit colours, so it takes the 16-bit path; indices beyond the palette are black. */
function paletteImage({ header, palette, transparency }: PngChunks, raw: Samples): PngImage {
  const { width, height } = header;
  const samples = new Uint16Array(raw.length * 3);
  const alpha = new Uint16Array(raw.length);
  for (const [pixel, index] of raw.entries()) {
    for (let channel = 0; channel < 3; channel++) samples[pixel * 3 + channel] = (palette?.[index * 3 + channel] ?? 0) * 257;
    alpha[pixel] = (transparency?.[index] ?? 255) * 257;
  }
  return { width, height, channels: 3, samples, alpha };
}

function splitAlpha({ header }: PngChunks, raw: Samples): PngImage {
  const { width, height } = header;
  const all = channelsOf(header);
  const channels = header.colour === COLOUR.rgbAlpha ? 3 : 1;
  const pixels = width * height;
  const samples = sameKind(raw, pixels * channels);
  const alpha = sameKind(raw, pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < channels; channel++) samples[pixel * channels + channel] = raw[pixel * all + channel] ?? 0;
    alpha[pixel] = raw[pixel * all + channels] ?? 0;
  }
  return { width, height, channels, samples, alpha };
}

/** Grey and RGB without an alpha channel; tRNS names the one colour that is fully transparent. */
function keyedImage({ header, transparency }: PngChunks, raw: Samples): PngImage {
  const { width, height, depth } = header;
  const channels = header.colour === COLOUR.rgb ? 3 : 1;
  const unit = depth < 8 ? 255 / (2 ** depth - 1) : 1;
  const samples = unit === 1 ? raw : raw.map((value) => value * unit);
  if (transparency === null) return { width, height, channels, samples, alpha: null };

  const key = Array.from({ length: channels }, (_, channel) => {
    const [high = 0, low = 0] = transparency.subarray(channel * 2, channel * 2 + 2);
    // Below 16 bits only the low byte counts, and small depths wrap around as a byte does.
    return depth === 16 ? high * 256 + low : (low * unit) & 0xff;
  });
  const opaque = depth === 16 ? 0xffff : 0xff;
  const alpha = sameKind(raw, width * height);
  for (let pixel = 0; pixel < alpha.length; pixel++) {
    const isKey = key.every((value, channel) => samples[pixel * channels + channel] === value);
    alpha[pixel] = isKey ? 0 : opaque;
  }
  return { width, height, channels, samples, alpha };
}

function sameKind(like: Samples, length: number): Samples {
  return like instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length);
}

const SIDE = 64;
const BLOCK = 8;

/** 8 bytes. @throws ProtocolError PROTOCOL_BAD_IMAGE unless it is a PNG that the network's decoder accepts. */
export function imageHashOracle(png: Uint8Array): Hex {
  const luminance = greyOf(scaled(decodePng(png)));
  return bytesToHex(hashOf(lowFrequencies(luminance, SIDE, BLOCK)));
}

interface Colours {
  readonly channels: number;
  /** 16-bit premultiplied values, 64×64 pixels. */
  readonly samples: Uint16Array;
}

/** An image of 64×64 keeps its own pixels; premultiplying those happens at 16 bits, while resizing at their depth. */
function scaled(image: PngImage): Colours {
  const { width, height, channels, samples, alpha } = image;
  if (width === SIDE && height === SIDE) {
    const wide = widened(samples);
    return { channels, samples: alpha === null ? wide : premultiplied(wide, widened(alpha), channels) };
  }
  const plain = alpha === null ? samples : premultiplied(samples, alpha, channels);
  return { channels, samples: widened(resizeSquare({ width, height, channels, samples: plain }, SIDE).samples) };
}

function widened(samples: Samples): Uint16Array {
  return samples instanceof Uint16Array ? samples : new Uint16Array(samples).map((value) => value * 257);
}

function premultiplied<Kind extends Samples>(samples: Kind, alpha: Samples, channels: number): Kind {
  const opaque = samples instanceof Uint16Array ? 0xffff : 0xff;
  const result = samples.slice() as Kind;
  for (let i = 0; i < result.length; i++) {
    result[i] = Math.trunc(((samples[i] ?? 0) * (alpha[Math.trunc(i / channels)] ?? 0)) / opaque);
  }
  return result;
}

/** Luminance in 0…255, added left to right. Blue really is divided by 256 where red and green are divided by 257. */
function greyOf({ channels, samples }: Colours): Float64Array {
  return new Float64Array(SIDE * SIDE).map((_, pixel) => {
    const at = pixel * channels;
    const r = samples[at] ?? 0;
    const g = channels === 1 ? r : (samples[at + 1] ?? 0);
    const b = channels === 1 ? r : (samples[at + 2] ?? 0);
    return 0.299 * Math.trunc(r / 257) + 0.587 * Math.trunc(g / 257) + 0.114 * Math.trunc(b / 256);
  });
}

function hashOf(coefficients: Float64Array): Uint8Array {
  const threshold = pseudoMedian(coefficients);
  const hash = new Uint8Array(8);
  for (const [n, value] of coefficients.entries()) {
    if (value > threshold) hash[n >> 3] = (hash[n >> 3] ?? 0) | (0x80 >> (n & 7));
  }
  return hash;
}

/**
 * The result of the network's in-place quickselect, which is not always the true median: `seq[31]` is whatever value
 * the algorithm leaves there, not necessarily the next lower one (PHASH 5).
 */
function pseudoMedian(values: Float64Array): number {
  const seq = values.slice();
  const swap = (a: number, b: number) => {
    const kept = seq[a] ?? 0;
    seq[a] = seq[b] ?? 0;
    seq[b] = kept;
  };
  const k = seq.length / 2;
  let low = 0;
  let high = seq.length - 1;
  while (low < high) {
    const pivot = Math.trunc(low / 2) + Math.trunc(high / 2);
    const pivotValue = seq[pivot] ?? 0;
    let store = low;
    swap(pivot, high);
    for (let i = low; i < high; i++) {
      if ((seq[i] ?? 0) < pivotValue) swap(store++, i);
    }
    swap(high, store);
    if (k <= store) high = store;
    else low = store + 1;
  }
  return (seq[k - 1] ?? 0) / 2 + (seq[k] ?? 0) / 2;
}
