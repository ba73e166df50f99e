/** Writes an ONNX graph as nested calls: every operator returns the name of its output. */
import { philox } from '../../worker/engines/embedded/images/random.ts';
import {
  type Attribute,
  ELEMENT_TYPE,
  type ElementType,
  encodeOnnx,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './onnx-file.ts';

type AttributeInput = number | string | readonly number[] | Attribute;

export class GraphBuilder {
  readonly #name: string;
  readonly #seed: number;
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: OnnxTensor[] = [];
  readonly #inputs: OnnxValue[] = [];
  readonly #outputs: OnnxValue[] = [];

  /** @param seed determines all weights */
  constructor({ name, seed }: { name: string; seed: number }) {
    this.#name = name;
    this.#seed = seed;
  }

  input(value: OnnxValue): string {
    this.#inputs.push(value);
    return value.name;
  }

  output(value: OnnxValue, from: string): void {
    this.#outputs.push(value);
    this.#nodes.push({ op: 'Identity', inputs: [from], output: value.name, attributes: {} });
  }

  /** Whole numbers become integer attributes; `{ f: 1 }` is a float. */
  op(op: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeInput>> = {}): string {
    const output = `${op.toLowerCase()}_${this.#nodes.length}`;
    const encoded = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, attributeOf(value)]));
    this.#nodes.push({ op, inputs, output, attributes: encoded });
    return output;
  }

  cast(value: string, to: ElementType): string {
    return this.op('Cast', [value], { to: ELEMENT_TYPE[to] });
  }

  /** float32 */
  floats(values: Iterable<number>, dims: readonly number[]): string {
    return this.#initializer(Float32Array.from(values), dims);
  }

  scalar(value: number): string {
    return this.floats([value], []);
  }

  /** int64, one-dimensional: shapes, axes, indices. */
  ints(...values: readonly number[]): string {
    return this.#initializer(BigInt64Array.from(values, BigInt), [values.length]);
  }

  /**
   * Uniform weights with the standard deviation `gain / √fanIn`, using only exact arithmetic, so equal on every
   * machine.
   */
  weights(dims: readonly number[], { gain = 1, fanIn }: { gain?: number; fanIn: number }): string {
    const limit = gain * Math.sqrt(3 / fanIn);
    const tensor = this.#initializers.length;
    const count = dims.reduce((product, size) => product * size, 1);
    const values = Array.from({ length: count }, (_, i) => {
      const word = philox([Math.floor(i / 4), tensor, 0, 0], [this.#seed, 0])[(i % 4) as 0 | 1 | 2 | 3];
      return (word / 2 ** 31 - 1) * limit;
    });
    return this.floats(values, dims);
  }

  /** x · W for the last axis. */
  linear(x: string, from: number, to: number, gain = 1): string {
    return this.op('MatMul', [x, this.weights([from, to], { gain, fanIn: from })]);
  }

  /** Keeps the size; the border repeats the outermost values, because zeros would draw a frame. */
  conv(x: string, { from, to, size = 3, gain = 1 }: { from: number; to: number; size?: number; gain?: number }): string {
    const weights = this.weights([to, from, size, size], { gain, fanIn: from * size * size });
    const bias = this.weights([to], { gain: 0.2, fanIn: 1 });
    const pad = (size - 1) / 2;
    const padded = pad === 0 ? x : this.op('Pad', [x, this.ints(0, 0, pad, pad, 0, 0, pad, pad)], { mode: 'edge' });
    return this.op('Conv', [padded, weights, bias], { kernel_shape: [size, size] });
  }

  silu(x: string): string {
    return this.op('Mul', [x, this.op('Sigmoid', [x])]);
  }

  encode(): Uint8Array {
    return encodeOnnx({
      name: this.#name,
      nodes: this.#nodes,
      initializers: this.#initializers,
      inputs: this.#inputs,
      outputs: this.#outputs,
    });
  }

  #initializer(data: Float32Array | BigInt64Array, dims: readonly number[]): string {
    const name = `constant_${this.#initializers.length}`;
    this.#initializers.push({ name, dims, data });
    return name;
  }
}

function attributeOf(value: AttributeInput): Attribute {
  if (typeof value === 'number') return { i: value };
  if (typeof value === 'string') return { s: value };
  return Array.isArray(value) ? { ints: value } : (value as Attribute);
}
