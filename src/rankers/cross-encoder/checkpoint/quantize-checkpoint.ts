import { existsSync } from 'node:fs';
import { copyFile, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { scaleName } from '../graph/linear.ts';
import { readCheckpoint, type StoredTensor, weightsFolder } from './checkpoint.ts';
import { type Quantization, quantizeMatrix, toFloat32 } from './quantize-matrix.ts';
import { SafetensorsWriter, type TensorToWrite } from './safetensors-writer.ts';

/** The matrices that are brought to 8 bits, by their names. */
const QUANTIZATIONS: readonly (Quantization & { readonly names: RegExp })[] = [
  // Weights of linear layers: most of the work, and most of the weights. Processors without the instructions for 8 bits
  // (VNNI) add two products of an activation and a weight in 16 bits: 2 · 255 · 64 is the most that fits, so results are
  // the same on every processor.
  { names: /\.layers?\.\d+\..+\.weight$/, max: 64, isTransposed: true },
  // Word embeddings, of which a text reads few rows.
  { names: /(?:word|tok)_embeddings\.weight$/, max: 127, isTransposed: false },
];

/** Bytes of embeddings that are read at a time. */
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
  /** Reports how much is done, from 0 to 1. */
  readonly onShare?: ((share: number) => void) | undefined;
  readonly abortSignal?: AbortSignal | undefined;
}

/**
 * Writes a checkpoint with its large weights in 8 bits, in the same format: a folder that loads like the one it was made
 * from. Weights of linear layers are transposed and have a scale for each output, word embeddings one for each row;
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
  const tensors = [...(await readCheckpoint(folder, reference)).tensors];
  const source = await weightsFolder(folder);
  await mkdir(target, { recursive: true });
  for (const file of BESIDE.filter((name) => existsSync(join(folder, name)))) {
    await copyFile(join(folder, file), join(target, file));
  }
  const total = tensors.reduce((sum, [, { length }]) => sum + length, 0);
  let done = 0;
  await using writer = await SafetensorsWriter.create(
    join(target, 'model.safetensors'),
    tensors.flatMap(([name, tensor]) => toWrite(name, tensor)),
  );
  for (const [name, tensor] of tensors) {
    // Transposing needs the whole matrix.
    const step = quantizationOf(name, tensor)?.isTransposed === false ? rowsAtATime(tensor) : tensor.length;
    for (let at = 0; at < tensor.length; at += step) {
      abortSignal?.throwIfAborted();
      const bytes = await readPart(source, tensor, at, Math.min(step, tensor.length - at));
      await writePart(writer, { name, tensor, bytes, at });
      done += bytes.length;
      onShare?.(done / total);
    }
  }
}

/** How a tensor is quantized, undefined where it stays as it is. */
function quantizationOf(name: string, { shape, type }: StoredTensor): Quantization | undefined {
  return shape.length === 2 && type !== 'int8' ? QUANTIZATIONS.find(({ names }) => names.test(name)) : undefined;
}

/** What a tensor becomes. */
function toWrite(name: string, tensor: StoredTensor): readonly TensorToWrite[] {
  const { shape, type } = tensor;
  const quantization = quantizationOf(name, tensor);
  if (quantization === undefined) return [{ name, type, shape }];
  const [rows = 1] = shape;
  const { isTransposed } = quantization;
  return [
    { name, type: 'int8', shape: isTransposed ? shape.toReversed() : shape },
    { name: scaleName(name), type: 'float32', shape: isTransposed ? [rows] : [rows, 1] },
  ];
}

async function writePart(
  writer: SafetensorsWriter,
  { name, tensor, bytes, at }: { name: string; tensor: StoredTensor; bytes: Buffer; at: number },
): Promise<void> {
  const quantization = quantizationOf(name, tensor);
  if (quantization === undefined || tensor.type === 'int8') return writer.write(name, bytes);
  const [rows = 1, columns = 1] = tensor.shape;
  const { values, scales } = quantizeMatrix(toFloat32(bytes, tensor.type), columns, quantization);
  const row = (at / tensor.length) * rows;
  await writer.write(name, values, row * columns);
  await writer.write(scaleName(name), scales, row * scales.BYTES_PER_ELEMENT);
}

/** Bytes of as many whole rows as are read at a time. */
function rowsAtATime({ shape, length }: StoredTensor): number {
  const rowBytes = length / (shape[0] ?? 1);
  return Math.max(1, Math.floor(MAX_READ_BYTES / rowBytes)) * rowBytes;
}

async function readPart(folder: string, { file, offset }: StoredTensor, at: number, length: number): Promise<Buffer> {
  await using handle = await open(join(folder, file), 'r');
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, offset + at);
  if (bytesRead < length) throw new Error(`${file} became shorter while it was read.`);
  return bytes;
}
