/** One network of a model on onnxruntime, with tensors of the types that its graph declares. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { unsupported } from '../traceback.ts';
import { ImageError } from './errors.ts';
import { floatsFromHalves, halfTensor } from './halves.ts';
import type { Provider } from './provider.ts';

/** Below this, handing work to other threads costs more than it saves. */
const ONE_THREAD_BELOW_BYTES = 32 * 1024 * 1024;
/** Not as many as the machine has, because the number changes the last bits of a result (seen between 2 and 3). */
const THREADS = 4;

interface Values {
  readonly data: Float32Array | Int32Array;
  readonly dims: readonly number[];
}

export interface Network {
  readonly inputs: readonly string[];
  /** Element type and number of axes, as the graph declares them. */
  shapeOf(input: string): { readonly type: Tensor.Type; readonly rank: number };
  /** Every output, in the order of the graph; booleans as 0 and 1. */
  run(feeds: Readonly<Record<string, Values>>): Promise<Float32Array[]>;
  release(): Promise<void>;
}

/**
 * @param file `…/<name>/model.onnx`; large models have their weights next to it.
 * @throws ImageError IMAGE_BAD_MODEL
 */
export async function openNetwork(file: string, provider: Provider): Promise<Network> {
  const name = basename(dirname(file));
  const session = await InferenceSession.create(file, {
    executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
    intraOpNumThreads: (await folderSizeBytes(dirname(file))) < ONE_THREAD_BELOW_BYTES ? 1 : THREADS,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // Waiting threads would otherwise spin, at the cost of everything else on the machine.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    logSeverityLevel: 3,
  }).catch((cause: unknown) => {
    throw new ImageError(
      'IMAGE_BAD_MODEL',
      `${name}: ${cause instanceof Error ? cause.message : cause}`,
      { file: name },
      { cause },
    );
  });

  const shapeOf: Network['shapeOf'] = (input) => {
    const metadata = session.inputMetadata.find((entry) => entry.name === input);
    if (metadata?.isTensor !== true) return unsupported(`a ${name} without the input ${input}`);
    return { type: metadata.type, rank: metadata.shape.length };
  };
  return {
    inputs: session.inputNames,
    shapeOf,
    async run(feeds) {
      const tensors = Object.entries(feeds).map(([input, values]) => [input, toTensor(values, shapeOf(input).type)] as const);
      const outputs = await session.run(Object.fromEntries(tensors));
      return session.outputNames.map((output) => toFloats(outputs[output], `${name}.${output}`));
    },
    release: () => session.release(),
  };
}

async function folderSizeBytes(folder: string): Promise<number> {
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function toTensor({ data, dims }: Values, type: Tensor.Type): Tensor {
  switch (type) {
    case 'float32':
      return new Tensor('float32', Float32Array.from(data), dims);
    case 'float16':
      return halfTensor(data, dims);
    case 'int32':
      return new Tensor('int32', Int32Array.from(data), dims);
    case 'int64':
      return new Tensor(
        'int64',
        BigInt64Array.from(data, (value) => BigInt(Math.trunc(value))),
        dims,
      );
    default:
      return unsupported(`an input of type ${type}`);
  }
}

function toFloats(tensor: InferenceSession.OnnxValueMapType[string] | undefined, name: string): Float32Array {
  if (!(tensor instanceof Tensor)) return unsupported(`${name}, which is no tensor`);
  const { data, type } = tensor;
  if (data instanceof Float32Array) return data;
  if (type === 'float16') return floatsFromHalves(data as Uint16Array);
  if (type === 'bool') return Float32Array.from(data as Uint8Array);
  return unsupported(`${name} of type ${type}`);
}
