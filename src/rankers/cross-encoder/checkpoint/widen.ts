import type { StoredTensor } from './stored-tensors.ts';

/** Numbers of a half-precision or full-precision tensor as float32. */
export function widen(bytes: Buffer, type: Exclude<StoredTensor['type'], 'int8'>): Float32Array {
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
