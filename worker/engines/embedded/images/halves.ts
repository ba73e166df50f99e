/// <reference lib="esnext.float16" />
/** 16-bit floats in tensors. */
import { Tensor } from 'onnxruntime-node';

/**
 * onnxruntime-common stores halves as a Float16Array if the runtime has one, and onnxruntime-node's binding then sees
 * no bytes (onnxruntime pull request 32323); so the tensor is made from their bits and gets its type afterwards.
 */
export function halfTensor(data: Float32Array | Int32Array, dims: readonly number[]): Tensor {
  const tensor = new Tensor('uint16', new Uint16Array(Float16Array.from(data).buffer), dims);
  return Object.defineProperty(tensor, 'type', { value: 'float16' });
}

/** Typed as bits by onnxruntime, but actually a Float16Array or bits, depending on the runtime. */
export function floatsFromHalves({ buffer, byteOffset, length }: Uint16Array): Float32Array {
  return Float32Array.from(new Float16Array(buffer, byteOffset, length));
}
