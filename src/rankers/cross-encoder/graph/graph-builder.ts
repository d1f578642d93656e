import {
  type Attribute,
  ELEMENT_TYPES,
  type ElementType,
  type Message,
  modelMessage,
  nodeMessage,
  tensorMessage,
  valueMessage,
} from './onnx-proto.ts';
import type { StoredTensor, StoredTensors } from '../checkpoint/checkpoint.ts';

/** Name of a value inside a graph. */
export type Value = string;

/** Operators with LayerNormalization and Gelu among them. */
const OPERATOR_SET = 20;

/**
 * Writes an ONNX graph over weights that stay where they are: a weight becomes a reference to its bytes in the
 * `.safetensors` file, so the graph itself is a few hundred kilobytes.
 */
export class GraphBuilder {
  readonly #tensors: StoredTensors;
  readonly #nodes: Message[] = [];
  readonly #initializers: Message[] = [];
  readonly #inputs: Message[] = [];
  readonly #known = new Map<string, Value>();
  #count = 0;

  constructor(tensors: StoredTensors) {
    this.#tensors = tensors;
  }

  /** Declares an input; a text among the dimensions stands for any size. */
  input(name: string, type: ElementType, dims: readonly (number | string)[]): Value {
    this.#inputs.push(valueMessage(name, type, dims));
    return name;
  }

  /** Applies an operator with one output. Operators beyond the standard have the domain in front, as `domain:Name`. */
  apply(operator: string, inputs: readonly Value[], attributes: Record<string, Attribute> = {}): Value {
    const output = `v${this.#count++}`;
    this.#nodes.push(nodeMessage(operator, inputs, output, attributes));
    return output;
  }

  add(left: Value, right: Value): Value {
    return this.apply('Add', [left, right]);
  }

  multiply(left: Value, right: Value): Value {
    return this.apply('Mul', [left, right]);
  }

  /** Rows of a table, or what is at `indices` along an axis. */
  gather(table: Value, indices: Value, axis = 0): Value {
    return this.apply('Gather', [table, indices], axis === 0 ? {} : { axis });
  }

  concat(axis: number, parts: readonly Value[]): Value {
    return this.apply('Concat', parts, { axis });
  }

  /** The same numbers in another shape; -1 stands for what is left over, 0 for the size that was there. */
  reshape(values: Value, ...sizes: readonly number[]): Value {
    return this.apply('Reshape', [values, this.integers(...sizes)]);
  }

  /** The same with its axes in another order. */
  transpose(values: Value, ...axes: readonly number[]): Value {
    return this.apply('Transpose', [values], { perm: axes });
  }

  /** The same with axes of size 1 inserted. */
  unsqueeze(values: Value, ...axes: readonly number[]): Value {
    return this.apply('Unsqueeze', [values, this.integers(...axes)]);
  }

  /** The part of an axis from `start` up to `end`. */
  slice(values: Value, start: number, end: number, axis: number): Value {
    return this.apply('Slice', [values, this.integers(start), this.integers(end), this.integers(axis)]);
  }

  toFloat32(values: Value): Value {
    return this.apply('Cast', [values], { to: ELEMENT_TYPES.float32 });
  }

  /** True where the checkpoint has such a weight. */
  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  /** The bias [size] of a layer, as the last operand of its operator; nothing where the layer has none. */
  bias(name: string, size: number): readonly Value[] {
    return this.has(name) ? [this.weight(name, [size])] : [];
  }

  /** The type in which the checkpoint has a weight, undefined where it has none. */
  typeOf(name: string): StoredTensor['type'] | undefined {
    return this.#tensors.get(name)?.type;
  }

  /** A weight of the checkpoint as float32. @throws Error where it is missing or of another shape or type. */
  weight(name: string, shape: readonly number[]): Value {
    const type = this.typeOf(name);
    if (type === 'int8') throw new Error(`the weight ${name} is stored as integers where floats are expected.`);
    const stored = this.stored(name, shape);
    if (type === 'float32') return stored;
    const key = `float32:${name}`;
    const known = this.#known.get(key) ?? this.toFloat32(stored);
    this.#known.set(key, known);
    return known;
  }

  /** A weight of the checkpoint in the type it is stored in. @throws Error where it is missing or of another shape. */
  stored(name: string, shape: readonly number[]): Value {
    if (this.#known.has(name)) return name;
    const tensor = this.#tensors.get(name);
    if (tensor === undefined) throw new Error(`there is no weight ${name}.`);
    if (tensor.shape.join() !== shape.join()) {
      throw new Error(
        `the weight ${name} has the shape ${tensor.shape.join('×')} where ${shape.join('×')} is expected.`,
      );
    }
    const { type, file: location, offset, length } = tensor;
    this.#initializers.push(tensorMessage(name, type, shape, { location, offset, length }));
    this.#known.set(name, name);
    return name;
  }

  /** A constant list of integers. */
  integers(...values: readonly number[]): Value {
    const content = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    return this.#constant('int64', [values.length], content, values.join());
  }

  /** A constant number. */
  float(value: number): Value {
    return this.#constant('float32', [], new Uint8Array(Float32Array.of(value).buffer), String(value));
  }

  /** A constant byte. */
  byte(value: number): Value {
    return this.#constant('uint8', [], Uint8Array.of(value), String(value));
  }

  /** A constant list of floats. */
  floats(values: readonly number[]): Value {
    return this.#tensor('float32', [values.length], new Uint8Array(Float32Array.from(values).buffer));
  }

  /** The finished graph with one float32 output of any size. */
  build(output: Value, name: string): Uint8Array {
    this.#nodes.push(nodeMessage('Identity', [output], name));
    const outputs = [valueMessage(name, 'float32', ['rows', 'outputs'])];
    const parts = { nodes: this.#nodes, tensors: this.#initializers, inputs: this.#inputs, outputs };
    return modelMessage(parts, { '': OPERATOR_SET, 'com.microsoft': 1 });
  }

  #constant(type: ElementType, dims: readonly number[], content: Uint8Array, text: string): Value {
    const key = `${type}:${dims.length}:${text}`;
    const known = this.#known.get(key) ?? this.#tensor(type, dims, content);
    this.#known.set(key, known);
    return known;
  }

  #tensor(type: ElementType, dims: readonly number[], content: Uint8Array): Value {
    const name = `c${this.#count++}`;
    this.#initializers.push(tensorMessage(name, type, dims, content));
    return name;
  }
}
