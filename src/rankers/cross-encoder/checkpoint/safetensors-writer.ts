import { open } from 'node:fs/promises';
import { byteLength, STORED_TYPES, type StoredTensor } from './checkpoint.ts';
import { writeAll } from '../../../util/write-all.ts';

/** A tensor of a file that is being written. */
export type TensorToWrite = Pick<StoredTensor, 'type' | 'shape'> & { readonly name: string };

/** Writes the tensors of a `.safetensors` file, in any order and in parts. */
export interface SafetensorsWriter extends AsyncDisposable {
  /** Writes a part of a tensor, `at` bytes from its beginning. */
  write(name: string, part: ArrayBufferView, at?: number): Promise<void>;
}

/** Makes a `.safetensors` file whose tensors are known by shape beforehand, and writes its header. */
export async function createSafetensors(path: string, tensors: readonly TensorToWrite[]): Promise<SafetensorsWriter> {
  const header: Record<string, object> = {};
  const offsets = new Map<string, number>();
  let end = 0;
  // The largest elements first, so that each tensor begins at a multiple of its elements' size.
  const elementBytes = ({ type }: TensorToWrite) => STORED_TYPES[type].bytes;
  for (const tensor of tensors.toSorted((left, right) => elementBytes(right) - elementBytes(left))) {
    const begin = end;
    end += byteLength(tensor);
    offsets.set(tensor.name, begin);
    header[tensor.name] = {
      dtype: STORED_TYPES[tensor.type].dtype,
      shape: tensor.shape,
      data_offsets: [begin, end],
    };
  }
  const text = Buffer.from(JSON.stringify(header));
  const head = Buffer.alloc(8 + Math.ceil(text.length / 8) * 8, ' ');
  head.writeBigUInt64LE(BigInt(head.length - 8));
  text.copy(head, 8);
  const file = await open(path, 'w');
  try {
    await writeAll(file, head, 0);
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    async write(name, part, at = 0) {
      const offset = offsets.get(name);
      if (offset === undefined) throw new Error(`${name} is not among the tensors of this file.`);
      const bytes = new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
      await writeAll(file, bytes, head.length + offset + at);
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}
