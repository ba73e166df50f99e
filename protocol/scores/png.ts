/** PNG files as the network's decoder (Go image/png) sees them. Source: PHASH 1. */
import { COLOUR, type PngChunks, readChunks } from './png-chunks.ts';
import { channelsOf, readSamples } from './png-rows.ts';
import type { Samples } from './resize.ts';
import type { ZlibPort } from './zlib-port.ts';

/** Colour and alpha in separate arrays, not premultiplied; both 8-bit (Uint8Array) or both 16-bit (Uint16Array). */
export interface PngImage {
  readonly width: number;
  readonly height: number;
  /** Colour channels: 1 for grey, 3 for RGB. */
  readonly channels: 1 | 3;
  readonly samples: Samples;
  /** One value per pixel; null if the file's type makes every pixel opaque. */
  readonly alpha: Samples | null;
}

/**
 * Stricter than Go in only two ways: it refuses images above 32 MiPixel, and garbage IDAT chunks directly after a complete
 * stream.
 * @throws ProtocolError PROTOCOL_BAD_IMAGE
 */
export function decodePng(png: Uint8Array, zlib: ZlibPort): PngImage {
  const chunks = readChunks(png, zlib);
  const raw = readSamples(chunks.header, chunks.data, zlib);
  switch (chunks.header.colour) {
    case COLOUR.palette:
      return paletteImage(chunks, raw);
    case COLOUR.greyAlpha:
    case COLOUR.rgbAlpha:
      return splitAlpha(chunks, raw);
    default:
      return colourKeyImage(chunks, raw);
  }
}

/** Go reads a palette through 16-bit colours, so it takes the 16-bit path; indices beyond the palette are black. */
function paletteImage({ header, palette, transparency }: PngChunks, raw: Samples): PngImage {
  const { width, height } = header;
  const samples = new Uint16Array(raw.length * 3);
  const alpha = new Uint16Array(raw.length);
  // Large enough for every possible index, so no look-up is out of range.
  const colours = new Uint16Array(256 * 3);
  for (const [i, value] of (palette ?? []).entries()) colours[i] = value * 257;
  const alphas = new Uint16Array(256).fill(0xffff);
  for (const [i, value] of (transparency ?? []).entries()) alphas[i] = value * 257;
  for (let pixel = 0; pixel < raw.length; pixel++) {
    const index = raw[pixel] as number;
    samples[pixel * 3] = colours[index * 3] as number;
    samples[pixel * 3 + 1] = colours[index * 3 + 1] as number;
    samples[pixel * 3 + 2] = colours[index * 3 + 2] as number;
    alpha[pixel] = alphas[index] as number;
  }
  return { width, height, channels: 3, samples, alpha };
}

function splitAlpha({ header }: PngChunks, raw: Samples): PngImage {
  const { width, height } = header;
  const all = channelsOf(header);
  const channels = header.colour === COLOUR.rgbAlpha ? 3 : 1;
  const pixels = width * height;
  const samples = allocateLike(raw, pixels * channels);
  const alpha = allocateLike(raw, pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < channels; channel++) samples[pixel * channels + channel] = raw[pixel * all + channel] ?? 0;
    alpha[pixel] = raw[pixel * all + channels] ?? 0;
  }
  return { width, height, channels, samples, alpha };
}

/** Grey and RGB without an alpha channel; tRNS names the one colour that is fully transparent. */
function colourKeyImage({ header, transparency }: PngChunks, raw: Samples): PngImage {
  const { width, height, depth } = header;
  const channels = header.colour === COLOUR.rgb ? 3 : 1;
  const unit = depth < 8 ? 255 / (2 ** depth - 1) : 1;
  const samples = unit === 1 ? raw : scaleSamples(raw, unit);
  if (transparency === null) return { width, height, channels, samples, alpha: null };

  const key = Array.from({ length: channels }, (_, channel) => {
    const [high = 0, low = 0] = transparency.subarray(channel * 2, channel * 2 + 2);
    // Below 16 bits only the low byte counts, and small depths wrap around like a byte.
    return depth === 16 ? high * 256 + low : (low * unit) & 0xff;
  });
  const opaque = depth === 16 ? 0xffff : 0xff;
  const alpha = allocateLike(raw, width * height);
  for (let pixel = 0; pixel < alpha.length; pixel++) {
    let isKey = true;
    for (let channel = 0; channel < channels; channel++) isKey &&= samples[pixel * channels + channel] === key[channel];
    alpha[pixel] = isKey ? 0 : opaque;
  }
  return { width, height, channels, samples, alpha };
}

function scaleSamples(raw: Samples, unit: number): Samples {
  const scaled = allocateLike(raw, raw.length);
  for (let i = 0; i < raw.length; i++) scaled[i] = (raw[i] as number) * unit;
  return scaled;
}

function allocateLike(like: Samples, length: number): Samples {
  return like instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length);
}
