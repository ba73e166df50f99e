/**
 * The network's perceptual hash of an image (goimagehash PerceptionHash over a bilinear 64×64), bit for bit: the relay
 * hashes the uploaded files itself and refuses a score that differs in a single bit. Source: PHASH 1–5.
 */
import { bytesToHex, type Hex } from '../hex.ts';
import { lowFrequencies } from './dct.ts';
import { decodePng, type PngImage } from './png.ts';
import { resizeSquare, type Samples } from './resize.ts';
import { pureZlib, type ZlibPort } from './zlib-port.ts';

const SIDE = 64;
const BLOCK = 8;

/**
 * Returns 8 bytes. `zlib` may be the runtime's own, which is faster; the hash is the same.
 * @throws ProtocolError PROTOCOL_BAD_IMAGE if it is not a PNG that the network's decoder accepts
 */
export function imageHash(png: Uint8Array, zlib: ZlibPort = pureZlib): Hex {
  const luminance = toGrey(scaleToSide(decodePng(png, zlib)));
  return bytesToHex(hashCoefficients(lowFrequencies(luminance, SIDE, BLOCK)));
}

interface Colours {
  readonly channels: number;
  /** 16-bit premultiplied values, 64×64 pixels. */
  readonly samples: Uint16Array;
}

/**
 * An image of 64×64 keeps its own pixels, which are premultiplied at 16 bits; resized pixels are premultiplied at their
 * depth.
 */
function scaleToSide(image: PngImage): Colours {
  const { width, height, channels, samples, alpha } = image;
  if (width === SIDE && height === SIDE) {
    const wide = widenTo16Bits(samples);
    return { channels, samples: alpha === null ? wide : premultiply(wide, widenTo16Bits(alpha), channels) };
  }
  const plain = alpha === null ? samples : premultiply(samples, alpha, channels);
  return { channels, samples: widenTo16Bits(resizeSquare({ width, height, channels, samples: plain }, SIDE).samples) };
}

function widenTo16Bits(samples: Samples): Uint16Array {
  if (samples instanceof Uint16Array) return samples;
  const wide = new Uint16Array(samples.length);
  for (let i = 0; i < samples.length; i++) wide[i] = (samples[i] as number) * 257;
  return wide;
}

function premultiply<Kind extends Samples>(samples: Kind, alpha: Samples, channels: number): Kind {
  const opaque = samples instanceof Uint16Array ? 0xffff : 0xff;
  const result = samples.slice() as Kind;
  for (let pixel = 0; pixel < alpha.length; pixel++) {
    const weight = alpha[pixel] as number;
    if (weight === opaque) continue;
    for (let at = pixel * channels; at < (pixel + 1) * channels; at++) {
      result[at] = Math.trunc(((samples[at] as number) * weight) / opaque);
    }
  }
  return result;
}

/** Luminance in 0…255, added left to right. Blue is indeed divided by 256, but red and green by 257. */
function toGrey({ channels, samples }: Colours): Float64Array {
  const grey = new Float64Array(SIDE * SIDE);
  for (let pixel = 0; pixel < grey.length; pixel++) {
    const at = pixel * channels;
    const r = samples[at] as number;
    const g = channels === 1 ? r : (samples[at + 1] as number);
    const b = channels === 1 ? r : (samples[at + 2] as number);
    grey[pixel] = 0.299 * Math.trunc(r / 257) + 0.587 * Math.trunc(g / 257) + 0.114 * Math.trunc(b / 256);
  }
  return grey;
}

function hashCoefficients(coefficients: Float64Array): Uint8Array {
  const threshold = pseudoMedian(coefficients);
  const hash = new Uint8Array(8);
  for (const [n, value] of coefficients.entries()) {
    if (value > threshold) hash[n >> 3] = (hash[n >> 3] ?? 0) | (0x80 >> (n & 7));
  }
  return hash;
}

/**
 * The result of the network's in-place quickselect, which is not always the true median: `seq[31]` is whatever value the
 * algorithm leaves there, not necessarily the next lower one (PHASH 5).
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
