import { type FileHandle, open } from 'node:fs/promises';
import { byteLength, STORED_TYPES, type StoredTensor } from './checkpoint.ts';

/** A tensor of a file that is being written. */
export type TensorToWrite = Pick<StoredTensor, 'type' | 'shape'> & { readonly name: string };

/** Writes a `.safetensors` file whose tensors are known by shape beforehand, in any order and in parts. */
export class SafetensorsWriter implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #offsets: ReadonlyMap<string, number>;

  /** Makes the file and writes its header. */
  static async create(path: string, tensors: readonly TensorToWrite[]): Promise<SafetensorsWriter> {
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
    return new SafetensorsWriter(file, new Map([...offsets].map(([name, offset]) => [name, head.length + offset])));
  }

  private constructor(file: FileHandle, offsets: ReadonlyMap<string, number>) {
    [this.#file, this.#offsets] = [file, offsets];
  }

  /** Writes a part of a tensor, `at` bytes from its beginning. */
  async write(name: string, part: ArrayBufferView, at = 0): Promise<void> {
    const offset = this.#offsets.get(name);
    if (offset === undefined) throw new Error(`${name} is not among the tensors of this file.`);
    await writeAll(this.#file, new Uint8Array(part.buffer, part.byteOffset, part.byteLength), offset + at);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

/** One write may take only a part of the bytes. */
async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
