import type { GraphBuilder, Value } from './graph-builder.ts';
import type { Linear } from './layers.ts';

/** Name of the scales of a weight in 8 bits. */
export function scaleName(weight: string): string {
  return `${weight}.scale`;
}

/** The product in float32. @see Linear */
export function floatLinear(graph: GraphBuilder): Linear {
  return (rows, name, inputs, outputs) => {
    const weight = graph.weight(`${name}.weight`, [outputs, inputs]);
    return graph.apply('Gemm', [rows, weight, ...graph.bias(`${name}.bias`, outputs)], { transB: 1 });
  };
}

/** Rows of activations in 8 bits: the middle of a byte is 0, and the greatest of a row is this far from it. */
const ZERO = 128;
const MAX_QUANTIZED = 127;

/** Keeps the scale of a row of zeros above 0, since rows are divided by it. */
const MIN_RANGE = 1e-30;

/** Rows of the activations in 8 bits, and what to multiply each by. */
interface QuantizedRows {
  readonly bytes: Value;
  /** [rows, 1]. */
  readonly scales: Value;
}

/**
 * A linear layer in the precision in which its weight is stored. Where that is 8 bits, each row of the activations is
 * quantized to 8 bits with its own scale and the product is exact in integers, so that a row comes out the same
 * whatever else is in the batch.
 */
export function storedLinear(graph: GraphBuilder): Linear {
  const inFloat = floatLinear(graph);
  // Query, key and value read the same rows.
  const quantized = new Map<Value, QuantizedRows>();
  return (rows, name, inputs, outputs) => {
    const weight = `${name}.weight`;
    if (graph.typeOf(weight) !== 'int8') return inFloat(rows, name, inputs, outputs);
    const { bytes, scales } = quantized.get(rows) ?? quantizeRows(graph, rows);
    quantized.set(rows, { bytes, scales });
    const product = graph.apply('com.microsoft:MatMulIntegerToFloat', [
      bytes,
      graph.stored(weight, [inputs, outputs]),
      graph.float(1),
      graph.weight(scaleName(weight), [outputs]),
      graph.byte(ZERO),
    ]);
    const scaled = graph.multiply(product, scales);
    const [bias] = graph.bias(`${name}.bias`, outputs);
    // As a row of a matrix: the runtime would make one slow operator of a plain bias and the activation behind it.
    return bias === undefined ? scaled : graph.add(scaled, graph.unsqueeze(bias, 0));
  };
}

/**
 * Multiplies weights by weights, which the runtime does once, when it loads the graph: in float32 whatever the weights
 * are stored in.
 */
export function constantLinear(graph: GraphBuilder): Linear {
  const inFloat = floatLinear(graph);
  return (table, name, inputs, outputs) => {
    const weight = `${name}.weight`;
    if (graph.typeOf(weight) !== 'int8') return inFloat(table, name, inputs, outputs);
    const whole = graph.toFloat32(graph.stored(weight, [inputs, outputs]));
    const scaled = graph.multiply(whole, graph.weight(scaleName(weight), [outputs]));
    return graph.apply('Gemm', [table, scaled, ...graph.bias(`${name}.bias`, outputs)]);
  };
}

function quantizeRows(graph: GraphBuilder, rows: Value): QuantizedRows {
  const [most, least] = ['ReduceMax', 'ReduceMin'].map((operator) =>
    graph.apply(operator, [rows, graph.integers(-1)]),
  ) as [Value, Value];
  const range = graph.apply('Max', [most, graph.apply('Neg', [least]), graph.float(MIN_RANGE)]);
  const scales = graph.apply('Div', [range, graph.float(MAX_QUANTIZED)]);
  const flat = graph.reshape(scales, -1);
  const zeros = graph.apply('Expand', [graph.byte(ZERO), graph.apply('Shape', [flat])]);
  return { bytes: graph.apply('QuantizeLinear', [rows, flat, zeros], { axis: 0 }), scales };
}

/** Rows of a table as float32: those of `ids`, in the shape of `ids` with one more axis. */
export function lookUp(graph: GraphBuilder, name: string, shape: readonly [number, number], ids: Value): Value {
  const type = graph.typeOf(name);
  const rows = graph.gather(graph.stored(name, shape), ids);
  // Converted after the rows are chosen: the whole table would take up to four times the memory.
  const values = type === 'float32' ? rows : graph.toFloat32(rows);
  if (type !== 'int8') return values;
  return graph.multiply(values, graph.gather(graph.weight(scaleName(name), [shape[0], 1]), ids));
}
