/**
 * The greatest whole number of a weight. Processors without the instructions for 8 bits (VNNI) add two products of an
 * activation and a weight in 16 bits: 2 · 255 · 64 is the most that fits, so results are the same on every processor.
 */
const GREATEST_FACTOR = 64;

/** The greatest whole number of a row that is only read. */
const GREATEST_ENTRY = 127;

/** A matrix in whole numbers, and what to multiply each of its outputs or rows by. */
export interface QuantizedMatrix {
  readonly values: Int8Array;
  readonly scales: Float32Array;
}

/**
 * A weight [outputs, inputs] as whole numbers [inputs, outputs], the order in which the runtime multiplies, with a scale
 * for each output.
 */
export function quantizeFactor(weight: Float32Array, outputs: number): QuantizedMatrix {
  const inputs = weight.length / outputs;
  const values = new Int8Array(weight.length);
  const scales = new Float32Array(outputs);
  for (let output = 0; output < outputs; output++) {
    const row = weight.subarray(output * inputs, (output + 1) * inputs);
    const scale = scaleOf(row, GREATEST_FACTOR);
    for (let input = 0; input < inputs; input++)
      values[input * outputs + output] = Math.round((row[input] ?? 0) / scale);
    scales[output] = scale;
  }
  return { values, scales };
}

/** A table [rows, size] as whole numbers in the same order, with a scale for each row. */
export function quantizeTable(table: Float32Array, size: number): QuantizedMatrix {
  const scales = new Float32Array(table.length / size);
  const values = new Int8Array(table.length);
  for (let row = 0; row < scales.length; row++) {
    const scale = scaleOf(table.subarray(row * size, (row + 1) * size), GREATEST_ENTRY);
    for (let at = row * size; at < (row + 1) * size; at++) values[at] = Math.round((table[at] ?? 0) / scale);
    scales[row] = scale;
  }
  return { values, scales };
}

/** What the greatest of the numbers is divided by to become `greatest`; 1 where all are 0. */
function scaleOf(numbers: Float32Array, greatest: number): number {
  let most = 0;
  for (const number of numbers) most = Math.max(most, Math.abs(number));
  return most === 0 ? 1 : Math.fround(most / greatest);
}
