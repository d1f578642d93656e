import { type FileHandle, open } from 'node:fs/promises';
import { FORMATS, type StoredTensor } from './stored-tensors.ts';

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
    for (const { name, type, shape } of tensors.toSorted((left, right) => sizeOf(right) - sizeOf(left))) {
      offsets.set(name, end);
      const begin = end;
      end = shape.reduce((product, size) => product * size, sizeOf({ type })) + begin;
      header[name] = { dtype: dtypeOf({ type }), shape, data_offsets: [begin, end] };
    }
    const text = Buffer.from(JSON.stringify(header));
    const head = Buffer.alloc(8 + Math.ceil(text.length / 8) * 8, ' ');
    head.writeBigUInt64LE(BigInt(head.length - 8));
    text.copy(head, 8);
    const file = await open(path, 'w');
    try {
      await file.write(head, 0, head.length, 0);
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
    const bytes = new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
    for (let written = 0; written < bytes.length;) {
      const { bytesWritten } = await this.#file.write(bytes, written, bytes.length - written, offset + at + written);
      written += bytesWritten;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

function dtypeOf({ type }: Pick<StoredTensor, 'type'>): string {
  const found = Object.entries(FORMATS).find(([, [known]]) => known === type);
  if (found === undefined) throw new Error(`safetensors have no name for ${type}.`);
  return found[0];
}

function sizeOf({ type }: Pick<StoredTensor, 'type'>): number {
  return Object.values(FORMATS).find(([known]) => known === type)?.[1] ?? 1;
}
