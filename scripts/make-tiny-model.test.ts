import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { TINY_MODELS, tinyModelBytes } from './make-tiny-model.ts';
import { encodeGguf } from './tiny-model/gguf.ts';
import { CODE, END, ENGLISH } from './tiny-model/grammars.ts';

describe('the tiny models', () => {
  it.each(TINY_MODELS)('$file in the repository is what the script makes', async (model) => {
    const committed = await readFile(new URL(`../resources/models/${model.file}`, import.meta.url));
    expect(tinyModelBytes(model).equals(committed)).toBe(true);
    expect(committed.length).toBeLessThan(512 * 1024);
  });

  it('differ only by their seed', () => {
    const [model] = TINY_MODELS;
    if (model === undefined) throw new Error('no tiny model');
    expect(tinyModelBytes({ ...model, seed: model.seed + 1 }).equals(tinyModelBytes(model))).toBe(false);
  });

  it.each([ENGLISH, CODE])('only refer to existing classes, and can end', (grammar) => {
    const names = new Set([END, ...grammar.classes.map(({ name }) => name)]);
    const followers = [grammar.start, ...grammar.classes.map(({ next }) => next)].flatMap((next) => Object.keys(next));
    expect(followers.filter((name) => !names.has(name))).toEqual([]);
    expect(followers).toContain(END);
  });
});

describe('a GGUF file', () => {
  it('has the layout of version 3', () => {
    const file = encodeGguf(new Map([['a', { kind: 'u32', value: 7 }]]), [
      { name: 't', shape: [4], type: 'f16', values: new Float32Array([1, -0.5, 0, 1 + 1 / 1024]) },
      { name: 'u', shape: [1], type: 'f32', values: new Float32Array([0.1]) },
    ]);
    expect(file.toString('latin1', 0, 4)).toBe('GGUF');
    expect(file.readUInt32LE(4)).toBe(3);
    expect([file.readBigUInt64LE(8), file.readBigUInt64LE(16)]).toEqual([2n, 1n]);
    const data = file.subarray(-64);
    expect([0, 2, 4, 6].map((at) => data.readUInt16LE(at).toString(16))).toEqual(['3c00', 'b800', '0', '3c01']);
    expect(data.readFloatLE(32)).toBeCloseTo(0.1);
    expect(file.length % 32).toBe(0);
  });

  it.each([0.1, 1 / 2048, 3 + 1 / 1024])('contains no half float that would have to be rounded: %d', (value) => {
    const tensor = { name: 't', shape: [1], type: 'f16', values: new Float32Array([value]) } as const;
    expect(() => encodeGguf(new Map(), [tensor])).toThrow(RangeError);
  });
});
