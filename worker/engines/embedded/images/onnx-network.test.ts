import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../../scripts/tiny-diffusion/graph-builder.ts';
import { type ElementType, encodeOnnx } from '../../../../scripts/tiny-diffusion/onnx-file.ts';
import { openNetwork } from './onnx-network.ts';
import { chooseProvider, PROBE_MODEL } from './provider.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'crynux-onnx-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function networkFile(name: string, bytes: Uint8Array): Promise<string> {
  await mkdir(join(root, name), { recursive: true });
  const file = join(root, name, 'model.onnx');
  await writeFile(file, bytes);
  return file;
}

/** y = 2x + 1 in float32, with any input and output type. */
function lineModel(input: ElementType, output: ElementType): Uint8Array {
  const g = new GraphBuilder({ name: 'line', seed: 1 });
  const x = g.cast(g.input({ name: 'x', type: input, dims: ['count'] }), 'float32');
  const y = g.op('Add', [g.op('Mul', [x, g.scalar(2)]), g.scalar(1)]);
  g.output({ name: 'y', type: output, dims: ['count'] }, g.cast(y, output));
  return g.encode();
}

describe('openNetwork', () => {
  it.each([
    ['float32', [-1.5, 3]],
    ['float16', [-1.5, 3]],
    ['int32', [-1, 3]],
    ['int64', [-1, 3]],
  ] as const)('passes %s to a graph that expects it', async (type, expected) => {
    const network = await openNetwork(await networkFile(`in-${type}`, lineModel(type, 'float32')), 'cpu');
    expect(network.shapeOf('x')).toEqual({ type, rank: 1 });
    const [y] = await network.run({
      x: { data: Float32Array.of(...(type.startsWith('f') ? [-1.25, 1] : [-1.25, 1.75])), dims: [2] },
    });
    // Integers are truncated, as numpy casts: −1.25 → −1, 1.75 → 1.
    expect([...(y ?? [])]).toEqual(expected);
    await network.release();
  });

  it.each([
    ['float16', [1, 3]],
    ['bool', [1, 1]],
  ] as const)('reads outputs of %s', async (type, expected) => {
    const network = await openNetwork(await networkFile(`out-${type}`, lineModel('float32', type)), 'cpu');
    const [y] = await network.run({ x: { data: Float32Array.of(0, 1), dims: [2] } });
    expect([...(y ?? [])]).toEqual(expected);
    await network.release();
  });

  it('refuses unknown types and inputs', async () => {
    const network = await openNetwork(await networkFile('bool', lineModel('bool', 'int64')), 'cpu');
    expect(() => network.shapeOf('z')).toThrow(expect.objectContaining({ code: 'ENGINE_UNSUPPORTED' }));
    await expect(network.run({ x: { data: Float32Array.of(1), dims: [1] } })).rejects.toMatchObject({
      code: 'ENGINE_UNSUPPORTED',
    });
    await network.release();
  });

  it('names the network whose file is damaged', async () => {
    const file = await networkFile('broken', Buffer.from('no model'));
    await expect(openNetwork(file, 'cpu')).rejects.toMatchObject({ code: 'IMAGE_BAD_MODEL', data: { file: 'broken' } });
  });
});

describe('chooseProvider', () => {
  it('probes with the smallest model', () => {
    const value = (name: string) => ({ name, type: 'float32' as const, dims: [1] });
    const nodes = [{ op: 'Neg', inputs: ['x'], output: 'y', attributes: {} }];
    const probe = encodeOnnx({ name: 'probe', nodes, initializers: [], inputs: [value('x')], outputs: [value('y')] });
    expect(PROBE_MODEL).toBe(Buffer.from(probe).toString('base64'));
  });

  it('accepts the processor if it may choose, but never if confined to a card', async () => {
    expect(await chooseProvider('cpu')).toBe('cpu');
    expect(['cpu', 'dml', 'coreml']).toContain(await chooseProvider('auto'));
    const confined = await chooseProvider('cuda').catch((error: { code: string }) => error.code);
    expect(['cuda', 'ENGINE_NO_GPU']).toContain(confined);
  });
});
