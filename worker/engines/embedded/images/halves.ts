/// <reference lib="esnext.float16" />
/** 16-bit floats, as onnxruntime wants and gives them: typed as their bits, in truth a Float16Array. */

export function toHalves(data: Float32Array | Int32Array): Uint16Array {
  return new Uint16Array(Float16Array.from(data).buffer);
}

export function fromHalves(data: Uint16Array): Float32Array {
  return Float32Array.from(new Float16Array(data.buffer, data.byteOffset, data.length));
}
