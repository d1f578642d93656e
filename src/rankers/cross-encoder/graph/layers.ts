import type { GraphBuilder, Value } from './graph-builder.ts';

/** A linear layer: multiplies rows by a weight [outputs, inputs], as PyTorch stores it, and adds the bias. */
export type Linear = (rows: Value, name: string, inputs: number, outputs: number) => Value;

/** Normalises the last axis; the bias may be missing. */
export function layerNorm(graph: GraphBuilder, rows: Value, name: string, size: number, epsilon: number): Value {
  const operands = [rows, graph.weight(`${name}.weight`, [size]), ...graph.bias(`${name}.bias`, size)];
  return graph.apply('LayerNormalization', operands, { epsilon: { float: epsilon }, axis: -1 });
}

/** Activations that configurations name, as their operators. */
const ACTIVATIONS: Readonly<Record<string, string>> = { gelu: 'Gelu', relu: 'Relu', tanh: 'Tanh' };

/** @throws Error for an activation that is not known. */
export function activate(graph: GraphBuilder, rows: Value, activation: string): Value {
  const operator = ACTIVATIONS[activation];
  if (operator === undefined) {
    throw new Error(`the activation ${activation} is not known, only ${Object.keys(ACTIVATIONS).join(', ')}.`);
  }
  return graph.apply(operator, [rows]);
}

/** Rows and columns of a batch as the graph sees them, [batch], [length] and so on: lists of one integer. */
export interface BatchShape {
  readonly batch: Value;
  readonly length: Value;
}

/** Reads the shape of `ids`, [batch, length]. */
export function batchShape(graph: GraphBuilder, ids: Value): BatchShape {
  const shape = graph.apply('Shape', [ids]);
  return { batch: graph.gather(shape, graph.integers(0)), length: graph.gather(shape, graph.integers(1)) };
}

/** The position of each token from 0 on: int64 [length]. */
export function positions(graph: GraphBuilder, { length }: BatchShape): Value {
  const ones = graph.apply('Expand', [graph.integers(1), length]);
  const count = graph.apply('CumSum', [ones, graph.apply('Squeeze', [graph.integers(0)])]);
  return graph.apply('Sub', [count, graph.integers(1)]);
}

/** [batch · length, heads · size] to [batch, heads, length, size]. */
export function splitHeads(
  graph: GraphBuilder,
  rows: Value,
  { batch, length }: BatchShape,
  { heads, size }: { heads: number; size: number },
): Value {
  const shape = graph.concat(0, [batch, length, graph.integers(heads), graph.integers(size)]);
  return graph.transpose(graph.apply('Reshape', [rows, shape]), 0, 2, 1, 3);
}

/** [batch, heads, length, size] back to [batch · length, hidden]. */
export function joinHeads(graph: GraphBuilder, values: Value, hidden: number): Value {
  return graph.reshape(graph.transpose(values, 0, 2, 1, 3), -1, hidden);
}

/** The values weighted by scores [batch, heads, length, length], [batch, heads, length, size]. */
export function weightValues(graph: GraphBuilder, scores: Value, values: Value): Value {
  return graph.apply('MatMul', [graph.apply('Softmax', [scores], { axis: -1 }), values]);
}

/** Attention of BERT: each is [batch, heads, length, size], the mask is added to the scores. */
export function attend(
  graph: GraphBuilder,
  { query, key, value, mask }: Record<'query' | 'key' | 'value' | 'mask', Value>,
): Value {
  const products = graph.apply('MatMul', [query, graph.transpose(key, 0, 1, 3, 2)]);
  return weightValues(graph, graph.add(products, mask), value);
}
