/**
 * The few protobuf messages of ONNX that a graph with weights in another file needs. Field numbers:
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */

/** Element types of ONNX tensors. */
export const ELEMENT_TYPES = { float32: 1, uint8: 2, int8: 3, int64: 7, float16: 10, bfloat16: 16 } as const;

/** @see ELEMENT_TYPES */
export type ElementType = keyof typeof ELEMENT_TYPES;

/** A whole number, a list of whole numbers, or a number with a fraction: all that our operators take. */
export type Attribute = number | readonly number[] | { readonly float: number };

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

/** One operator. Operators beyond the standard have their domain in front, as `domain:Name`. */
export function nodeMessage(
  operator: string,
  { inputs, output, attributes }: { inputs: readonly string[]; output: string; attributes: Record<string, Attribute> },
): Message {
  const [name = '', domain = ''] = operator.split(':').toReversed();
  return message([
    ...inputs.map((input) => [1, input] as const),
    [2, output],
    [4, name],
    ...Object.entries(attributes).map(([key, value]) => [5, attributeMessage(key, value)] as const),
    [7, domain],
  ]);
}

function attributeMessage(name: string, value: Attribute): Message {
  if (typeof value === 'number')
    return message([
      [1, name],
      [3, value],
      [20, 2],
    ]);
  if ('float' in value)
    return message([
      [1, name],
      [2, value],
      [20, 1],
    ]);
  return message([[1, name], ...value.map((number) => [8, number] as const), [20, 7]]);
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
  const data: readonly Field[] =
    content instanceof Uint8Array
      ? [[9, content]]
      : [
          ...(['location', 'offset', 'length'] as const).map((key): Field => [
            13,
            message([
              [1, key],
              [2, String(content[key])],
            ]),
          ]),
          [14, 1],
        ];
  return message([...dims.map((size): Field => [1, size]), [2, ELEMENT_TYPES[type]], [8, name], ...data]);
}

/** Declares an input or output; a text among the dimensions stands for any size. */
export function valueMessage(name: string, type: ElementType, dims: readonly (number | string)[]): Message {
  const shape = message(dims.map((size) => [1, message([[typeof size === 'number' ? 1 : 2, size]])]));
  const tensor = message([
    [1, ELEMENT_TYPES[type]],
    [2, shape],
  ]);
  return message([
    [1, name],
    [2, message([[1, tensor]])],
  ]);
}

/** The whole model. */
export function modelMessage({
  nodes,
  tensors,
  inputs,
  outputs,
  operatorSets,
}: Record<'nodes' | 'tensors' | 'inputs' | 'outputs', readonly Message[]> & {
  operatorSets: Readonly<Record<string, number>>;
}): Message {
  const all = (field: number, messages: readonly Message[]) => messages.map((content): Field => [field, content]);
  const graph = message([...all(1, nodes), [2, 'graph'], ...all(5, tensors), ...all(11, inputs), ...all(12, outputs)]);
  const sets = Object.entries(operatorSets).map(([domain, version]) =>
    message([
      [1, domain],
      [2, version],
    ]),
  );
  return message([[1, 9], [2, 'llm-blender'], [7, graph], ...all(8, sets)]);
}

/** Number of a field, and its content: a whole number, a text, bytes (a message among them), or a float32. */
type Field = readonly [number: number, content: number | string | Uint8Array | { readonly float: number }];

function message(fields: readonly Field[]): Message {
  return Buffer.concat(
    fields.flatMap(([number, content]) => {
      if (typeof content === 'number') return [varint(number * 8), varint(content)];
      if (typeof content === 'object' && 'float' in content) {
        return [varint(number * 8 + 5), new Uint8Array(Float32Array.of(content.float).buffer)];
      }
      const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
      return [varint(number * 8 + 2), varint(bytes.length), bytes];
    }),
  );
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
