import type { StoredType } from './checkpoint.ts';

/** How a matrix is brought to 8 bits. */
export interface Quantization {
  /** The greatest integer. */
  readonly max: number;
  /** True where the integers are stored as [columns, rows], the order in which the runtime multiplies. */
  readonly isTransposed: boolean;
}

/** The integers of a matrix [rows, columns], and what to multiply those of each row by. */
export function quantizeMatrix(
  numbers: Float32Array,
  columns: number,
  { max, isTransposed }: Quantization,
): { readonly values: Int8Array; readonly scales: Float32Array } {
  const rows = numbers.length / columns;
  const values = new Int8Array(numbers.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    const scale = scaleOf(numbers.subarray(start, start + columns), max);
    for (let column = 0; column < columns; column++) {
      values[isTransposed ? column * rows + row : start + column] = Math.round((numbers[start + column] ?? 0) / scale);
    }
    scales[row] = scale;
  }
  return { values, scales };
}

/** What the greatest of the numbers is divided by to become `max`; 1 where all are 0. */
function scaleOf(numbers: Float32Array, max: number): number {
  let greatest = 0;
  for (const number of numbers) greatest = Math.max(greatest, Math.abs(number));
  return greatest === 0 ? 1 : Math.fround(greatest / max);
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
