import type { StoredType } from './checkpoint.ts';

/**
 * The greatest whole number in the weight of a linear layer. Processors without the instructions for 8 bits (VNNI) add two products of an
 * activation and a weight in 16 bits: 2 · 255 · 64 is the most that fits, so results are the same on every processor.
 */
const MAX_LINEAR = 64;

/** The greatest whole number in embeddings, which are only read. */
const MAX_EMBEDDING = 127;

/** A matrix in whole numbers, and what to multiply each of its outputs or rows by. */
export interface QuantizedMatrix {
  readonly values: Int8Array;
  readonly scales: Float32Array;
}

/**
 * The weight of a linear layer, [outputs, inputs], transposed as the runtime multiplies: whole numbers [inputs, outputs],
 * with a scale for each output.
 */
export function quantizeLinear(weight: Float32Array, outputs: number): QuantizedMatrix {
  const inputs = weight.length / outputs;
  const values = new Int8Array(weight.length);
  const scales = new Float32Array(outputs);
  for (let output = 0; output < outputs; output++) {
    const row = weight.subarray(output * inputs, (output + 1) * inputs);
    const scale = scaleOf(row, MAX_LINEAR);
    for (let input = 0; input < inputs; input++)
      values[input * outputs + output] = Math.round((row[input] ?? 0) / scale);
    scales[output] = scale;
  }
  return { values, scales };
}

/** Embeddings [rows, size] as whole numbers in the same order, with a scale for each row. */
export function quantizeEmbeddings(table: Float32Array, size: number): QuantizedMatrix {
  const scales = new Float32Array(table.length / size);
  const values = new Int8Array(table.length);
  for (let row = 0; row < scales.length; row++) {
    const scale = scaleOf(table.subarray(row * size, (row + 1) * size), MAX_EMBEDDING);
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

/** The numbers of a tensor in 16 or 32 bits as float32. */
export function toFloat32(bytes: Buffer, type: Exclude<StoredType, 'int8'>): Float32Array {
  switch (type) {
    case 'float32': {
      const numbers = new Float32Array(bytes.length / 4);
      new Uint8Array(numbers.buffer).set(bytes);
      return numbers;
    }
    case 'bfloat16': {
      // The upper half of a float32.
      const bits = new Uint32Array(bytes.length / 2);
      for (let at = 0; at < bits.length; at++) bits[at] = bytes.readUInt16LE(2 * at) << 16;
      return new Float32Array(bits.buffer);
    }
    case 'float16': {
      const numbers = new Float32Array(bytes.length / 2);
      for (let at = 0; at < numbers.length; at++) numbers[at] = fromHalf(bytes.readUInt16LE(2 * at));
      return numbers;
    }
    default:
      return type satisfies never;
  }
}

/** IEEE 754 binary16: one bit of sign, five of exponent, ten of fraction. */
function fromHalf(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
}
