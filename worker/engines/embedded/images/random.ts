/**
 * The noise of image tasks: Philox4x32-10, a counter-based generator (Salmon et al., "Parallel random numbers: as easy
 * as 1, 2, 3", 2011). Any block can be computed without the previous ones, so image 3 of a task has the same noise
 * whether one or ten images were requested.
 */

type Block = readonly [number, number, number, number];

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;
const TWO_32 = 4_294_967_296;

/** Four 32-bit words for a counter of four words and a key of two. */
export function philox(counter: Block, key: readonly [number, number]): Block {
  let [a, b, c, d] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const [high0, low0] = multiply(MULTIPLIER_0, a);
    const [high1, low1] = multiply(MULTIPLIER_1, c);
    [a, b, c, d] = [(high1 ^ b ^ k0) >>> 0, low1, (high0 ^ d ^ k1) >>> 0, low0];
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  return [a, b, c, d];
}

/** The 64-bit product of two 32-bit words. */
function multiply(x: number, y: number): [high: number, low: number] {
  const low = Math.imul(x, y) >>> 0;
  const x1 = x >>> 16;
  const x0 = x & 0xffff;
  const y1 = y >>> 16;
  const y0 = y & 0xffff;
  const middle = x1 * y0 + Math.floor((x0 * y0) / 65_536);
  const high = x1 * y1 + Math.floor(middle / 65_536) + Math.floor(((middle % 65_536) + x0 * y1) / 65_536);
  return [high >>> 0, low];
}

export interface NoiseInput {
  /** 0 ≤ seed < 2^31, from the task. */
  readonly seed: number;
  readonly image: number;
  /** 0 = the start of the image, step + 1 = what a step adds. */
  readonly draw: number;
  readonly length: number;
}

/** Standard normal values (Box–Muller), rounded to float32. */
export function gaussianNoise({ seed, image, draw, length }: NoiseInput): Float32Array {
  const noise = new Float32Array(length);
  for (let block = 0; block * 4 < length; block++) {
    const words = philox([block, draw, 0, 0], [seed, image]);
    for (let pair = 0; pair < 4; pair += 2) {
      // (0, 1]: avoids the logarithm of zero.
      const radius = Math.sqrt(-2 * Math.log(((words[pair] ?? 0) + 1) / TWO_32));
      const angle = (2 * Math.PI * (words[pair + 1] ?? 0)) / TWO_32;
      // Writes past the end of a typed array are ignored.
      noise[block * 4 + pair] = radius * Math.cos(angle);
      noise[block * 4 + pair + 1] = radius * Math.sin(angle);
    }
  }
  return noise;
}
