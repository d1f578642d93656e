/**
 * The few protobuf messages of ONNX that a graph with weights in another file needs. Field numbers:
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */

/** Element types of ONNX tensors. */
export const ELEMENT_TYPES = { float32: 1, uint8: 2, int8: 3, int64: 7, float16: 10, bfloat16: 16 } as const;

/** @see ELEMENT_TYPES */
export type ElementType = keyof typeof ELEMENT_TYPES;

/** An integer, a list of integers, or a float: all that our operators take. */
export type Attribute = number | readonly number[] | { readonly float: number };

/** Where a tensor is in a file. */
export interface ExternalData {
  /** Relative to the folder of the graph. */
  readonly location: string;
  /** Bytes. */
  readonly offset: number;
  readonly length: number;
}

/** An encoded message. */
export type Message = Uint8Array;

/** One operator. Operators beyond the standard have their domain in front, as `domain:Name`. */
export function nodeMessage(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, Attribute>> = {},
): Message {
  const [name = '', domain = ''] = operator.split(':').toReversed();
  const given = Object.entries(attributes).map(([key, value]) => attributeMessage(key, value));
  return message(...fields(1, inputs), field(2, output), field(4, name), ...fields(5, given), field(7, domain));
}

function attributeMessage(name: string, value: Attribute): Message {
  if (typeof value === 'number') return message(field(1, name), field(3, value), field(20, 2));
  if ('float' in value) return message(field(1, name), floatField(2, value.float), field(20, 1));
  return message(field(1, name), ...fields(8, value), field(20, 7));
}

/** A constant whose content stands in the graph itself, or in a file beside it. */
export function tensorMessage(
  name: string,
  type: ElementType,
  dims: readonly number[],
  content: Uint8Array | ExternalData,
): Message {
  const head = [...fields(1, dims), field(2, ELEMENT_TYPES[type]), field(8, name)];
  if (content instanceof Uint8Array) return message(...head, field(9, content));
  const entries = (['location', 'offset', 'length'] as const).map((key) =>
    message(field(1, key), field(2, String(content[key]))),
  );
  return message(...head, ...fields(13, entries), field(14, 1));
}

/** Declares an input or output; a text among the dimensions stands for any size. */
export function valueMessage(name: string, type: ElementType, dims: readonly (number | string)[]): Message {
  const sizes = dims.map((size) => message(field(typeof size === 'number' ? 1 : 2, size)));
  const tensor = message(field(1, ELEMENT_TYPES[type]), field(2, message(...fields(1, sizes))));
  return message(field(1, name), field(2, message(field(1, tensor))));
}

/** The whole model. */
export function modelMessage(
  { nodes, tensors, inputs, outputs }: Record<'nodes' | 'tensors' | 'inputs' | 'outputs', readonly Message[]>,
  operatorSets: Readonly<Record<string, number>>,
): Message {
  const graph = message(
    ...fields(1, nodes),
    field(2, 'graph'),
    ...fields(5, tensors),
    ...fields(11, inputs),
    ...fields(12, outputs),
  );
  const sets = Object.entries(operatorSets).map(([domain, version]) => message(field(1, domain), field(2, version)));
  return message(field(1, 9), field(2, 'llm-blender'), field(7, graph), ...fields(8, sets));
}

function message(...parts: readonly Uint8Array[]): Message {
  return Buffer.concat(parts);
}

/** A field: an integer, a text, or bytes, such as those of a message. */
function field(number: number, content: number | string | Uint8Array): Uint8Array {
  if (typeof content === 'number') return Buffer.concat([varint(number * 8), varint(content)]);
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

function fields(number: number, contents: readonly (number | string | Uint8Array)[]): readonly Uint8Array[] {
  return contents.map((content) => field(number, content));
}

function floatField(number: number, value: number): Uint8Array {
  return Buffer.concat([varint(number * 8 + 5), new Uint8Array(Float32Array.of(value).buffer)]);
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
