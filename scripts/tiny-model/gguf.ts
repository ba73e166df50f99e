/** Writes GGUF version 3, the model file format of llama.cpp: header, metadata, tensor table, aligned tensor data. */

const ALIGNMENT = 32;
const TYPE = { u32: 4, i32: 5, f32: 6, string: 8, array: 9 } as const;
const F16 = 1;
const F32 = 0;

export type GgufValue =
  | { readonly kind: 'u32' | 'f32'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'f32s' | 'i32s'; readonly value: readonly number[] };

/** Row-major; `shape[0]` is the length of a row. Values of an f16 tensor must be exact halves in multiples of 1/1024. */
export interface GgufTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: 'f16' | 'f32';
  readonly values: Float32Array;
}

class Writer {
  #chunks: Buffer[] = [];
  length = 0;

  bytes(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.length += chunk.length;
  }

  number(kind: 'u32' | 'i32' | 'f32', value: number): void {
    const chunk = Buffer.alloc(4);
    if (kind === 'u32') chunk.writeUInt32LE(value);
    else if (kind === 'i32') chunk.writeInt32LE(value);
    else chunk.writeFloatLE(value);
    this.bytes(chunk);
  }

  u64(value: number): void {
    const chunk = Buffer.alloc(8);
    chunk.writeBigUInt64LE(BigInt(value));
    this.bytes(chunk);
  }

  string(value: string): void {
    const text = Buffer.from(value, 'utf8');
    this.u64(text.length);
    this.bytes(text);
  }

  pad(): void {
    this.bytes(Buffer.alloc((ALIGNMENT - (this.length % ALIGNMENT)) % ALIGNMENT));
  }

  done(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

function writeValue(out: Writer, entry: GgufValue): void {
  switch (entry.kind) {
    case 'u32':
    case 'f32':
      out.number('u32', TYPE[entry.kind]);
      out.number(entry.kind, entry.value);
      return;
    case 'string':
      out.number('u32', TYPE.string);
      out.string(entry.value);
      return;
    case 'strings':
      out.number('u32', TYPE.array);
      out.number('u32', TYPE.string);
      out.u64(entry.value.length);
      for (const item of entry.value) out.string(item);
      return;
    case 'f32s':
    case 'i32s': {
      const item = entry.kind === 'f32s' ? 'f32' : 'i32';
      out.number('u32', TYPE.array);
      out.number('u32', TYPE[item]);
      out.u64(entry.value.length);
      for (const value of entry.value) out.number(item, value);
    }
  }
}

/** IEEE half of a multiple of 1/1024 with at most 11 significant bits; exact, so that no rounding rule is involved. */
function halfBits(value: number): number {
  const steps = Math.abs(value) * 1024;
  if (steps === 0) return 0;
  const exponent = 31 - Math.clz32(steps);
  const mantissa = (steps / 2 ** exponent - 1) * 1024;
  if (!Number.isInteger(steps) || !Number.isInteger(mantissa)) throw new RangeError(`${value} is not an exact half`);
  return (value < 0 ? 0x8000 : 0) | ((exponent + 5) << 10) | mantissa;
}

function tensorData({ type, values }: GgufTensor): Buffer {
  const width = type === 'f16' ? 2 : 4;
  const data = Buffer.alloc(values.length * width);
  values.forEach((value, index) => {
    if (type === 'f16') data.writeUInt16LE(halfBits(value), index * width);
    else data.writeFloatLE(value, index * width);
  });
  return data;
}

export function encodeGguf(metadata: ReadonlyMap<string, GgufValue>, tensors: readonly GgufTensor[]): Buffer {
  const head = new Writer();
  const body = new Writer();
  head.bytes(Buffer.from('GGUF'));
  head.number('u32', 3);
  head.u64(tensors.length);
  head.u64(metadata.size);
  for (const [key, value] of metadata) {
    head.string(key);
    writeValue(head, value);
  }
  for (const tensor of tensors) {
    head.string(tensor.name);
    head.number('u32', tensor.shape.length);
    for (const size of tensor.shape) head.u64(size);
    head.number('u32', tensor.type === 'f16' ? F16 : F32);
    head.u64(body.length);
    body.bytes(tensorData(tensor));
    body.pad();
  }
  head.pad();
  return Buffer.concat([head.done(), body.done()]);
}
