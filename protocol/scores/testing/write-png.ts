/** Writes PNGs of every colour type, depth, filter and interlacing, well-formed or with chosen faults. */
import { zlibSync } from 'fflate';

export interface PngPlan {
  readonly width: number;
  readonly height: number;
  readonly depth: 1 | 2 | 4 | 8 | 16;
  readonly colour: 0 | 2 | 3 | 4 | 6;
  readonly interlaced?: boolean;
  readonly palette?: readonly number[];
  readonly transparency?: readonly number[];
  /** Row filter by row number; 0 if omitted. */
  readonly filter?: (row: number) => number;
  /** Sample of a channel, 0 … 2^depth − 1. */
  readonly sample: (x: number, y: number, channel: number) => number;
}

const CHANNELS = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;
const ADAM7: readonly (readonly [number, number, number, number])[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

export function writePng(plan: PngPlan): Uint8Array {
  const header = ihdr(plan);
  const chunks = [chunk('IHDR', header)];
  if (plan.palette !== undefined) chunks.push(chunk('PLTE', plan.palette));
  if (plan.transparency !== undefined) chunks.push(chunk('tRNS', plan.transparency));
  const data = zlibSync(Uint8Array.from(rawRows(plan)));
  const half = data.length >> 1;
  // Two IDAT chunks, because readers must join them.
  chunks.push(chunk('IDAT', [...data.subarray(0, half)]), chunk('IDAT', [...data.subarray(half)]), chunk('IEND', []));
  return pngOf(chunks);
}

export const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export function pngOf(chunks: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from([...PNG_SIGNATURE, ...chunks.flat()]);
}

export function chunk(type: string, data: readonly number[]): number[] {
  const body = [...[...type].map((char) => char.charCodeAt(0)), ...data];
  return [...uint32(data.length), ...body, ...uint32(crc32(body))];
}

export function ihdr(plan: Pick<PngPlan, 'width' | 'height' | 'depth' | 'colour' | 'interlaced'>): number[] {
  return [...uint32(plan.width), ...uint32(plan.height), plan.depth, plan.colour, 0, 0, plan.interlaced === true ? 1 : 0];
}

export function rawRows(plan: PngPlan): number[] {
  const passes = plan.interlaced === true ? ADAM7 : ([[0, 0, 1, 1]] as const);
  return passes.flatMap(([startX, startY, stepX, stepY]) => {
    const columns = range(startX, plan.width, stepX);
    if (columns.length === 0) return [];
    let above: number[] = [];
    return range(startY, plan.height, stepY).flatMap((y, row) => {
      const line = packRow(plan, columns, y);
      const filter = plan.filter?.(row) ?? 0;
      const filtered =
        filter === 0
          ? line
          : line.map((byte, i) => (byte - predict(filter, { line, above, i, bytesPerPixel: bytesPerPixel(plan) })) & 0xff);
      above = line;
      return [filter, ...filtered];
    });
  });
}

function range(start: number, end: number, step: number): number[] {
  return Array.from({ length: Math.max(0, Math.ceil((end - start) / step)) }, (_, i) => start + i * step);
}

function bytesPerPixel(plan: PngPlan): number {
  return Math.ceil((CHANNELS[plan.colour] * plan.depth) / 8);
}

function packRow(plan: PngPlan, columns: readonly number[], y: number): number[] {
  const channels = CHANNELS[plan.colour];
  const samples: number[] = [];
  for (const x of columns) for (let channel = 0; channel < channels; channel++) samples.push(plan.sample(x, y, channel));
  if (plan.depth === 8) return samples;
  if (plan.depth === 16) return samples.flatMap((sample) => [sample >> 8, sample & 0xff]);
  const bytes = new Array<number>(Math.ceil((samples.length * plan.depth) / 8)).fill(0);
  for (const [i, sample] of samples.entries()) {
    const bit = i * plan.depth;
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (sample << (8 - plan.depth - (bit & 7)));
  }
  return bytes;
}

interface Neighbours {
  readonly line: readonly number[];
  readonly above: readonly number[];
  readonly i: number;
  readonly bytesPerPixel: number;
}

function predict(filter: number, { line, above, i, bytesPerPixel: step }: Neighbours): number {
  const left = line[i - step] ?? 0;
  const up = above[i] ?? 0;
  const corner = i < step ? 0 : (above[i - step] ?? 0);
  const [byLeft, byUp, byCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  const paeth = byLeft <= byUp && byLeft <= byCorner ? left : byUp <= byCorner ? up : corner;
  return [0, left, up, (left + up) >> 1, paeth][filter] ?? 0;
}

function uint32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

const CRC_OF_BYTE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: readonly number[]): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_OF_BYTE[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}
