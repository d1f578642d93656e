import { existsSync } from 'node:fs';
import { copyFile, type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type QuantizedMatrix, quantizeFactor, quantizeTable } from './quantize-matrix.ts';
import { readSafetensors, type StoredTensor, weightsFolder } from './safetensors.ts';
import { SafetensorsWriter, type TensorToWrite } from './safetensors-writer.ts';
import { scaleName } from './stored-weights.ts';
import { widen } from './widen.ts';

/** The matrices that layers multiply by: most of the work, and most of the weights. */
const FACTOR = /\.layers?\.\d+\..+\.weight$/;

/** The tables of words, of which a text reads few rows. */
const TABLE = /(?:word|tok)_embeddings\.weight$/;

/** Bytes of a table that are read at a time. */
const MAX_READ_BYTES = 1 << 24;

/** The files that go with the weights, copied as they are where they are there. */
const BESIDE = ['config.json', 'tokenizer.json', 'ranker.json'] as const;

/** Options of {@link quantizeCheckpoint}. */
export interface QuantizeCheckpointOptions {
  /** The checkpoint, in the format of Hugging Face. */
  readonly folder: string;
  /** A folder, made where there is none. */
  readonly target: string;
  /** What errors call the checkpoint. */
  readonly reference: string;
  /** Told how much is done, from 0 to 1. */
  readonly onShare?: ((share: number) => void) | undefined;
  readonly abortSignal?: AbortSignal | undefined;
}

/**
 * Writes a checkpoint with its large weights in 8 bits, in the same format: a folder that loads like the one it was made
 * from. Matrices of the layers are turned over and have a scale for each output, tables of words one for each row;
 * everything else stays as it is.
 *
 * @throws ModelLoadError where the checkpoint cannot be read; the signal's reason on abort.
 */
export async function quantizeCheckpoint({
  folder,
  target,
  reference,
  onShare,
  abortSignal,
}: QuantizeCheckpointOptions): Promise<void> {
  const tensors = [...(await readSafetensors(folder, reference))];
  await mkdir(target, { recursive: true });
  for (const file of BESIDE.filter((name) => existsSync(join(folder, name)))) {
    await copyFile(join(folder, file), join(target, file));
  }
  const total = tensors.reduce((sum, [, { length }]) => sum + length, 0);
  let done = 0;
  await using sources = new OpenFiles(await weightsFolder(folder));
  await using writer = await SafetensorsWriter.create(
    join(target, 'model.safetensors'),
    tensors.flatMap(([name, tensor]) => toWrite(name, tensor)),
  );
  for (const [name, tensor] of tensors) {
    const step = treatment(name, tensor) === 'table' ? rowsAtATime(tensor) : tensor.length;
    for (let at = 0; at < tensor.length; at += step) {
      abortSignal?.throwIfAborted();
      const bytes = await sources.read(tensor, at, Math.min(step, tensor.length - at));
      await writePart(writer, { name, tensor, bytes, at });
      done += bytes.length;
      onShare?.(done / total);
    }
  }
}

type Treatment = 'factor' | 'table' | 'kept';

function treatment(name: string, { shape, type }: StoredTensor): Treatment {
  if (shape.length !== 2 || type === 'int8') return 'kept';
  return FACTOR.test(name) ? 'factor' : TABLE.test(name) ? 'table' : 'kept';
}

/** What a tensor becomes. */
function toWrite(name: string, tensor: StoredTensor): readonly TensorToWrite[] {
  const { shape, type } = tensor;
  const [rows = 1, columns = 1] = shape;
  switch (treatment(name, tensor)) {
    case 'factor':
      return [
        { name, type: 'int8', shape: [columns, rows] },
        { name: scaleName(name), type: 'float32', shape: [rows] },
      ];
    case 'table':
      return [
        { name, type: 'int8', shape },
        { name: scaleName(name), type: 'float32', shape: [rows, 1] },
      ];
    default:
      return [{ name, type, shape }];
  }
}

async function writePart(
  writer: SafetensorsWriter,
  { name, tensor, bytes, at }: { name: string; tensor: StoredTensor; bytes: Buffer; at: number },
): Promise<void> {
  const treated = treatment(name, tensor);
  if (treated === 'kept' || tensor.type === 'int8') return writer.write(name, bytes);
  const [rows = 1, columns = 1] = tensor.shape;
  const numbers = widen(bytes, tensor.type);
  const row = (at / tensor.length) * rows;
  const { values, scales }: QuantizedMatrix =
    treated === 'factor' ? quantizeFactor(numbers, rows) : quantizeTable(numbers, columns);
  await writer.write(name, values, row * columns);
  await writer.write(scaleName(name), scales, row * scales.BYTES_PER_ELEMENT);
}

/** Bytes of as many whole rows as are read at a time. */
function rowsAtATime({ shape, length }: StoredTensor): number {
  const rowBytes = length / (shape[0] ?? 1);
  return Math.max(1, Math.floor(MAX_READ_BYTES / rowBytes)) * rowBytes;
}

/** The files of a checkpoint, each opened once. */
class OpenFiles implements AsyncDisposable {
  readonly #folder: string;
  readonly #handles = new Map<string, FileHandle>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async read({ file, offset }: StoredTensor, at: number, length: number): Promise<Buffer> {
    const handle = this.#handles.get(file) ?? (await open(join(this.#folder, file), 'r'));
    this.#handles.set(file, handle);
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await handle.read(bytes, 0, length, offset + at);
    if (bytesRead < length) throw new Error(`${file} became shorter while it was read.`);
    return bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#handles.values()].map((handle) => handle.close()));
  }
}
