import type { GraphBuilder, Value } from './graph-builder.ts';
import { floatLinear, type Linear } from './layers.ts';
import { ELEMENT_TYPES } from './onnx-proto.ts';

/** Name of the scales of a weight in 8 bits. */
export function scaleName(weight: string): string {
  return `${weight}.scale`;
}

/** Rows of activations in 8 bits: the middle of a byte is 0, and the greatest of a row is this far from it. */
const ZERO = 128;
const GREATEST = 127;

/** The scale of a row of zeros, which divides by it. */
const LEAST = 1e-30;

/** A row of the activations in 8 bits, and what to multiply it by. */
interface QuantizedRows {
  readonly bytes: Value;
  /** [rows, 1]. */
  readonly scales: Value;
}

/**
 * Multiplies by weights in the precision in which they are stored. Where that is 8 bits, each row of the activations is
 * brought to 8 bits with a scale of its own and the product is exact in whole numbers, so that a row comes out the same
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
    const scaled = graph.apply('Mul', [product, scales]);
    if (!graph.has(`${name}.bias`)) return scaled;
    // As a row of a matrix: the runtime would make one slow operator of a plain bias and the activation behind it.
    const bias = graph.apply('Unsqueeze', [graph.weight(`${name}.bias`, [outputs]), graph.integers(0)]);
    return graph.apply('Add', [scaled, bias]);
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
    const whole = graph.apply('Cast', [graph.stored(weight, [inputs, outputs])], {
      to: { int: ELEMENT_TYPES.float32 },
    });
    const operands = [table, graph.apply('Mul', [whole, graph.weight(scaleName(weight), [outputs])])];
    if (graph.has(`${name}.bias`)) operands.push(graph.weight(`${name}.bias`, [outputs]));
    return graph.apply('Gemm', operands);
  };
}

function quantizeRows(graph: GraphBuilder, rows: Value): QuantizedRows {
  const [most, least] = ['ReduceMax', 'ReduceMin'].map((operator) =>
    graph.apply(operator, [rows, graph.integers(-1)]),
  ) as [Value, Value];
  const range = graph.apply('Max', [most, graph.apply('Neg', [least]), graph.float(LEAST)]);
  const scales = graph.apply('Div', [range, graph.float(GREATEST)]);
  const flat = graph.apply('Reshape', [scales, graph.integers(-1)]);
  const zeros = graph.apply('Expand', [graph.byte(ZERO), graph.apply('Shape', [flat])]);
  return { bytes: graph.apply('QuantizeLinear', [rows, flat, zeros], { axis: { int: 0 } }), scales };
}

/** Rows of a table as float32: those of `ids`, in the shape of `ids` with one more axis. */
export function lookUp(graph: GraphBuilder, name: string, shape: readonly [number, number], ids: Value): Value {
  const type = graph.typeOf(name);
  const rows = graph.apply('Gather', [graph.stored(name, shape), ids]);
  // Widened behind the choice: the whole table would take up to four times the memory.
  const values = type === 'float32' ? rows : graph.apply('Cast', [rows], { to: { int: ELEMENT_TYPES.float32 } });
  if (type !== 'int8') return values;
  const scales = graph.apply('Gather', [graph.weight(scaleName(name), [shape[0], 1]), ids]);
  return graph.apply('Mul', [values, scales]);
}
