/** The part of the ONNX file format (onnx.proto3, IR version 8) that the tiny models need. */
import protobuf from 'protobufjs';

const ONNX_PROTO = `
syntax = "proto3";
package onnx;
message AttributeProto {
  string name = 1; float f = 2; int64 i = 3; bytes s = 4;
  repeated float floats = 7; repeated int64 ints = 8; int32 type = 20;
}
message NodeProto {
  repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4;
  repeated AttributeProto attribute = 5;
}
message TensorProto { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
message Dimension { int64 dim_value = 1; string dim_param = 2; }
message TensorShapeProto { repeated Dimension dim = 1; }
message TensorTypeProto { int32 elem_type = 1; TensorShapeProto shape = 2; }
message TypeProto { TensorTypeProto tensor_type = 1; }
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message GraphProto {
  repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12;
}
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message ModelProto {
  int64 ir_version = 1; string producer_name = 2; GraphProto graph = 7; repeated OperatorSetIdProto opset_import = 8;
}
`;
const IR_VERSION = 8;
const OPSET = 17;
const ATTRIBUTE_TYPE = { f: 1, i: 2, s: 3, floats: 6, ints: 7 } as const;
export const ELEMENT_TYPE = { float32: 1, int32: 6, int64: 7, bool: 9, float16: 10 } as const;

const modelType = protobuf.parse(ONNX_PROTO, { keepCase: true }).root.lookupType('onnx.ModelProto');

export type ElementType = keyof typeof ELEMENT_TYPE;
export type Attribute =
  | { readonly f: number }
  | { readonly i: number }
  | { readonly s: string }
  | { readonly ints: readonly number[] };

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** A dimension is a number, or a name for one that is known only when the model runs. */
export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly (number | string)[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** Equal graphs give equal bytes: protobufjs writes fields in the order of their numbers. */
export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  return modelType
    .encode({
      ir_version: IR_VERSION,
      producer_name: 'crynux-node-desktop',
      graph: {
        node: graph.nodes.map(({ op, inputs, output, attributes }) => ({
          input: inputs,
          output: [output],
          name: output,
          op_type: op,
          attribute: Object.entries(attributes).map(([name, value]) => encodeAttribute(name, value)),
        })),
        name: graph.name,
        initializer: graph.initializers.map(({ name, dims, data }) => ({
          dims,
          data_type: data instanceof Float32Array ? ELEMENT_TYPE.float32 : ELEMENT_TYPE.int64,
          name,
          raw_data: littleEndian(data),
        })),
        input: graph.inputs.map(encodeValue),
        output: graph.outputs.map(encodeValue),
      },
      opset_import: [{ domain: '', version: OPSET }],
    })
    .finish();
}

function encodeAttribute(name: string, value: Attribute): object {
  if ('s' in value) return { name, s: Buffer.from(value.s), type: ATTRIBUTE_TYPE.s };
  if ('ints' in value) return { name, ints: value.ints, type: ATTRIBUTE_TYPE.ints };
  return 'f' in value ? { name, f: value.f, type: ATTRIBUTE_TYPE.f } : { name, i: value.i, type: ATTRIBUTE_TYPE.i };
}

function encodeValue({ name, type, dims }: OnnxValue): object {
  const dim = dims.map((size) => (typeof size === 'number' ? { dim_value: size } : { dim_param: size }));
  return { name, type: { tensor_type: { elem_type: ELEMENT_TYPE[type], shape: { dim } } } };
}

function littleEndian(data: Float32Array | BigInt64Array): Buffer {
  const bytes = Buffer.alloc(data.byteLength);
  if (data instanceof Float32Array) for (const [i, value] of data.entries()) bytes.writeFloatLE(value, i * 4);
  else for (const [i, value] of data.entries()) bytes.writeBigInt64LE(value, i * 8);
  return bytes;
}
