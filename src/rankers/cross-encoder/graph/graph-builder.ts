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
import type { StoredTensor, StoredTensors } from '../checkpoint/stored-tensors.ts';

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
  apply(operator: string, inputs: readonly Value[], attributes: Readonly<Record<string, Attribute>> = {}): Value {
    const output = `v${this.#count++}`;
    const [name = '', domain = ''] = operator.split(':').toReversed();
    this.#nodes.push(nodeMessage({ operator: name, domain, inputs, outputs: [output], attributes }));
    return output;
  }

  /** True where the checkpoint has such a weight. */
  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  /** The type in which the checkpoint has a weight, undefined where it has none. */
  typeOf(name: string): StoredTensor['type'] | undefined {
    return this.#tensors.get(name)?.type;
  }

  /** A weight of the checkpoint as float32. @throws Error where it is missing or of another shape or type. */
  weight(name: string, shape: readonly number[]): Value {
    const type = this.typeOf(name);
    if (type === 'int8') throw new Error(`the weight ${name} is stored in whole numbers where a fraction is expected.`);
    const stored = this.stored(name, shape);
    if (type === 'float32') return stored;
    const key = `float32:${name}`;
    const known = this.#known.get(key) ?? this.apply('Cast', [stored], { to: { int: ELEMENT_TYPES.float32 } });
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
    this.#initializers.push(tensorMessage({ name, type, dims: shape, content: { location, offset, length } }));
    this.#known.set(name, name);
    return name;
  }

  /** A constant list of whole numbers. */
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

  /** A constant of any content. */
  tensor(type: ElementType, dims: readonly number[], content: Uint8Array): Value {
    const name = `c${this.#count++}`;
    this.#initializers.push(tensorMessage({ name, type, dims, content }));
    return name;
  }

  /** The finished graph with one float32 output of any size. */
  build(output: Value, name: string): Uint8Array {
    this.#nodes.push(
      nodeMessage({ operator: 'Identity', domain: '', inputs: [output], outputs: [name], attributes: {} }),
    );
    return modelMessage({
      nodes: this.#nodes,
      tensors: this.#initializers,
      inputs: this.#inputs,
      outputs: [valueMessage(name, 'float32', ['rows', 'outputs'])],
      operatorSets: { '': OPERATOR_SET, 'com.microsoft': 1 },
    });
  }

  #constant(type: ElementType, dims: readonly number[], content: Uint8Array, text: string): Value {
    const key = `${type}:${dims.length}:${text}`;
    const known = this.#known.get(key) ?? this.tensor(type, dims, content);
    this.#known.set(key, known);
    return known;
  }
}
