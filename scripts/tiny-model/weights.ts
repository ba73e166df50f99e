/**
 * The weights of a tiny llama: a grammar built into a few dimensions, seeded noise in the others.
 * Dimension 0 is 1 for every token and lets an output row carry a bias. The next dimensions encode the token's word
 * class, which the output rows turn into "may follow". The rest are random, and are all that attention and the
 * feed-forward layers read and write, so that the choice within a class depends on everything before.
 */
import type { GgufTensor } from './gguf.ts';
import type { Grammar } from './grammars.ts';
import { END } from './grammars.ts';
import type { VocabularyToken } from './vocabulary.ts';

export const SHAPE = { width: 64, hidden: 128, layers: 2, heads: 4, context: 4096 } as const;
const FIRST_FREE = 20;
const NEVER = -4;

/** Mulberry32: 32-bit integer steps only, the same on every machine. */
function randomInteger(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return (x ^ (x >>> 14)) >>> 0;
  };
}

/** Uniform multiples of 1/1024 in (-amplitude, amplitude), so that they are exact half floats. */
function noise(next: () => number, amplitude: number): number {
  const span = Math.floor(amplitude * 1024);
  return ((next() % (2 * span + 1)) - span) / 1024;
}

function matrix(input: { rows: number; columns: number; value: (row: number, column: number) => number }): Float32Array {
  const values = new Float32Array(input.rows * input.columns);
  for (let row = 0; row < input.rows; row++) {
    for (let column = 0; column < input.columns; column++) values[row * input.columns + column] = input.value(row, column);
  }
  return values;
}

/** Follow weights 1…5 as logits; no weight = never in practice. */
const followLogit = (weight: number | undefined) => (weight === undefined ? NEVER : weight / 8);

export function tinyWeights(input: { seed: number; grammar: Grammar; vocabulary: readonly VocabularyToken[] }): GgufTensor[] {
  const { grammar, vocabulary } = input;
  const { width, hidden, layers } = SHAPE;
  const random = randomInteger(input.seed);
  const classNames = ['prompt', ...grammar.classes.map(({ name }) => name)];
  if (classNames.length + 1 > FIRST_FREE) throw new RangeError('too many word classes for the grammar dimensions');
  const follows = [grammar.start, ...grammar.classes.map(({ next }) => next)];
  const free = (index: number) => index >= FIRST_FREE;

  const embedding = (row: number, column: number): number => {
    const classIndex = Math.max(0, classNames.indexOf(vocabulary[row]?.wordClass ?? 'prompt'));
    if (column === 0) return 1.25;
    if (column <= classNames.length) return column - 1 === classIndex ? 1.25 : 0;
    return free(column) ? noise(random, 0.5) : 0;
  };
  const output = (row: number, column: number): number => {
    const wordClass = vocabulary[row]?.wordClass ?? 'prompt';
    if (wordClass === 'prompt') return column === 0 ? NEVER : 0;
    if (column === 0) return 0;
    if (column <= classNames.length) return followLogit(follows[column - 1]?.[wordClass]);
    return free(column) && wordClass !== END ? noise(random, 0.25) : 0;
  };
  const within = (amplitude: number) => (row: number, column: number) =>
    free(row) && free(column) ? noise(random, amplitude) : 0;
  const reading = (amplitude: number) => (_row: number, column: number) => (free(column) ? noise(random, amplitude) : 0);
  const writing = (amplitude: number) => (row: number) => (free(row) ? noise(random, amplitude) : 0);

  const tensors: GgufTensor[] = [];
  const add = (name: string, rows: number, columns: number, value: (row: number, column: number) => number) =>
    tensors.push({ name, shape: [columns, rows], type: 'f16', values: matrix({ rows, columns, value }) });
  const addNorm = (name: string) => tensors.push({ name, shape: [width], type: 'f32', values: new Float32Array(width).fill(1) });

  add('token_embd.weight', vocabulary.length, width, embedding);
  for (let layer = 0; layer < layers; layer++) {
    addNorm(`blk.${layer}.attn_norm.weight`);
    add(`blk.${layer}.attn_q.weight`, width, width, reading(0.5));
    add(`blk.${layer}.attn_k.weight`, width, width, reading(0.5));
    add(`blk.${layer}.attn_v.weight`, width, width, within(0.25));
    add(`blk.${layer}.attn_output.weight`, width, width, within(0.125));
    addNorm(`blk.${layer}.ffn_norm.weight`);
    add(`blk.${layer}.ffn_gate.weight`, hidden, width, reading(0.25));
    add(`blk.${layer}.ffn_up.weight`, hidden, width, reading(0.25));
    add(`blk.${layer}.ffn_down.weight`, width, hidden, writing(0.0625));
  }
  addNorm('output_norm.weight');
  add('output.weight', vocabulary.length, width, output);
  return tensors;
}
