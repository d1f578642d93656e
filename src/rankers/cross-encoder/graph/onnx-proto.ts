/**
 * The few protobuf messages of ONNX that a graph with weights in another file needs. Field numbers:
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */

/** Element types of ONNX tensors. */
export const ELEMENT_TYPES = { float32: 1, uint8: 2, int8: 3, int64: 7, float16: 10, bfloat16: 16 } as const;

/** @see ELEMENT_TYPES */
export type ElementType = keyof typeof ELEMENT_TYPES;

/** Whole numbers, numbers with a fraction, texts, or lists of whole numbers: all that our operators ask for. */
export type Attribute = { readonly int: number } | { readonly float: number } | { readonly ints: readonly number[] };

/** Where a tensor lies in a file. */
export interface ExternalData {
  /** Relative to the folder of the graph. */
  readonly location: string;
  /** Bytes. */
  readonly offset: number;
  readonly length: number;
}

/** An encoded message. */
export type Message = Uint8Array;

/** One operator. */
export function nodeMessage({
  operator,
  domain,
  inputs,
  outputs,
  attributes,
}: {
  operator: string;
  domain: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Readonly<Record<string, Attribute>>;
}): Message {
  return message([
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, operator),
    ...Object.entries(attributes).map(([name, value]) => nested(5, attributeMessage(name, value))),
    text(7, domain),
  ]);
}

/** A constant whose content stands in the graph itself, or in a file beside it. */
export function tensorMessage({
  name,
  type,
  dims,
  content,
}: {
  name: string;
  type: ElementType;
  dims: readonly number[];
  content: Uint8Array | ExternalData;
}): Message {
  const data =
    content instanceof Uint8Array
      ? [nested(9, content)]
      : [
          ...(['location', 'offset', 'length'] as const).map((key) =>
            nested(13, message([text(1, key), text(2, String(content[key]))])),
          ),
          integer(14, 1),
        ];
  return message([...dims.map((size) => integer(1, size)), integer(2, ELEMENT_TYPES[type]), text(8, name), ...data]);
}

/** Declares an input or output; a text among the dimensions stands for any size. */
export function valueMessage(name: string, type: ElementType, dims: readonly (number | string)[]): Message {
  const shape = message(
    dims.map((size) => nested(1, message([typeof size === 'number' ? integer(1, size) : text(2, size)]))),
  );
  const tensor = message([integer(1, ELEMENT_TYPES[type]), nested(2, shape)]);
  return message([text(1, name), nested(2, message([nested(1, tensor)]))]);
}

/** The whole model. */
export function modelMessage({
  nodes,
  tensors,
  inputs,
  outputs,
  operatorSets,
}: {
  nodes: readonly Message[];
  tensors: readonly Message[];
  inputs: readonly Message[];
  outputs: readonly Message[];
  operatorSets: Readonly<Record<string, number>>;
}): Message {
  const graph = message([
    ...nodes.map((node) => nested(1, node)),
    text(2, 'graph'),
    ...tensors.map((tensor) => nested(5, tensor)),
    ...inputs.map((value) => nested(11, value)),
    ...outputs.map((value) => nested(12, value)),
  ]);
  return message([
    integer(1, 9),
    text(2, 'llm-blender'),
    nested(7, graph),
    ...Object.entries(operatorSets).map(([domain, version]) =>
      nested(8, message([text(1, domain), integer(2, version)])),
    ),
  ]);
}

function attributeMessage(name: string, value: Attribute): Message {
  if ('int' in value) return message([text(1, name), integer(3, value.int), integer(20, 2)]);
  if ('float' in value) {
    return message([text(1, name), tag(2, 5), new Uint8Array(Float32Array.of(value.float).buffer), integer(20, 1)]);
  }
  return message([text(1, name), ...value.ints.map((number) => integer(8, number)), integer(20, 7)]);
}

function message(parts: readonly Uint8Array[]): Message {
  return Buffer.concat(parts);
}

function nested(field: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([tag(field, 2), varint(content.length), content]);
}

function text(field: number, content: string): Uint8Array {
  return nested(field, Buffer.from(content, 'utf8'));
}

function integer(field: number, value: number): Uint8Array {
  return Buffer.concat([tag(field, 0), varint(value)]);
}

function tag(field: number, wireType: number): Uint8Array {
  return varint(field * 8 + wireType);
}

/** Seven bits a byte, lowest first; a negative number is its two's complement in 64 bits. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
