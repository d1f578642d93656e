import type { GraphBuilder, Value } from './graph-builder.ts';

/** Multiplies rows by a weight of the shape [outputs, inputs], as PyTorch stores it, and adds the bias. */
export type Linear = (rows: Value, name: string, inputs: number, outputs: number) => Value;

/** The product in float32, the weight read as it is stored. @see Linear */
export function floatLinear(graph: GraphBuilder): Linear {
  return (rows, name, inputs, outputs) => {
    const operands = [rows, graph.weight(`${name}.weight`, [outputs, inputs])];
    if (graph.has(`${name}.bias`)) operands.push(graph.weight(`${name}.bias`, [outputs]));
    return graph.apply('Gemm', operands, { transB: { int: 1 } });
  };
}

/** Normalises the last axis; the bias may be missing. */
export function layerNorm(graph: GraphBuilder, rows: Value, name: string, size: number, epsilon: number): Value {
  const operands = [rows, graph.weight(`${name}.weight`, [size])];
  if (graph.has(`${name}.bias`)) operands.push(graph.weight(`${name}.bias`, [size]));
  return graph.apply('LayerNormalization', operands, { epsilon: { float: epsilon }, axis: { int: -1 } });
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

/** Rows and columns of a batch as the graph sees them, [batch], [length] and so on: lists of one whole number. */
export interface BatchShape {
  readonly batch: Value;
  readonly length: Value;
}

/** Reads the shape of `ids`, [batch, length]. */
export function batchShape(graph: GraphBuilder, ids: Value): BatchShape {
  const shape = graph.apply('Shape', [ids]);
  const at = (index: number) => graph.apply('Gather', [shape, graph.integers(index)]);
  return { batch: at(0), length: at(1) };
}

/** The place of each token from 0 on: int64 [length]. */
export function places(graph: GraphBuilder, { length }: BatchShape): Value {
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
  const shape = graph.apply('Concat', [batch, length, graph.integers(heads), graph.integers(size)], {
    axis: { int: 0 },
  });
  return graph.apply('Transpose', [graph.apply('Reshape', [rows, shape])], { perm: { ints: [0, 2, 1, 3] } });
}

/** [batch, heads, length, size] back to [batch · length, hidden]. */
export function joinHeads(graph: GraphBuilder, values: Value, hidden: number): Value {
  const rows = graph.apply('Transpose', [values], { perm: { ints: [0, 2, 1, 3] } });
  return graph.apply('Reshape', [rows, graph.integers(-1, hidden)]);
}

/** The part of an axis from `start` up to `end`. */
export function slice(graph: GraphBuilder, values: Value, start: number, end: number, axis: number): Value {
  return graph.apply('Slice', [values, graph.integers(start), graph.integers(end), graph.integers(axis)]);
}
