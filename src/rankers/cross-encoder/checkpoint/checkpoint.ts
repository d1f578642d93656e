import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { readSafetensorsHeader, SAFETENSORS_FILE, SAFETENSORS_INDEX } from '../../../util/safetensors.ts';
import { modelFileError, readModelJson } from '../../onnx/read-model-file.ts';

/** Number types that can be run, with their bytes: 16 bits are converted, 8 come with scales (`quantize-checkpoint.ts`). */
export const STORED_TYPES = {
  float32: { dtype: 'F32', bytes: 4 },
  float16: { dtype: 'F16', bytes: 2 },
  bfloat16: { dtype: 'BF16', bytes: 2 },
  int8: { dtype: 'I8', bytes: 1 },
} as const;

/** @see STORED_TYPES */
export type StoredType = keyof typeof STORED_TYPES;

/** One tensor in a `.safetensors` file. */
export interface StoredTensor {
  readonly type: StoredType;
  readonly shape: readonly number[];
  /** Name of the file inside its {@link weightsFolder}. */
  readonly file: string;
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly length: number;
}

/** The weights of a folder, by name. */
export type StoredTensors = ReadonlyMap<string, StoredTensor>;

/** A folder in the format of Hugging Face, its weights not read yet. */
export interface Checkpoint {
  readonly folder: string;
  /** The contents of `config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The contents of `tokenizer.json`. */
  readonly tokenizer: object;
  /** The contents of `ranker.json`, which says how a classifier is used; undefined without such a file. */
  readonly ranker: object | undefined;
  readonly tensors: StoredTensors;
}

/** Reads `config.json`, `tokenizer.json`, `ranker.json` if there is one, and where the weights are. @throws ModelLoadError */
export async function readCheckpoint(folder: string, reference: string): Promise<Checkpoint> {
  const rankerFile = join(folder, 'ranker.json');
  const [config, tokenizer, ranker, tensors] = await Promise.all([
    readModelJson(join(folder, 'config.json'), reference),
    readModelJson(join(folder, 'tokenizer.json'), reference),
    existsSync(rankerFile) ? readModelJson(rankerFile, reference) : undefined,
    readStoredTensors(folder, reference),
  ]);
  return { folder, config, tokenizer, ranker, tensors };
}

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string().regex(/^[^/\\]+\.safetensors$/)) });

/**
 * Reads where the weights of a folder are: in `model.safetensors`, or the files that `model.safetensors.index.json` names.
 * The weights themselves are not read.
 *
 * @throws ModelLoadError where a file is missing, incomplete or no safetensors file.
 */
export async function readStoredTensors(folder: string, reference: string): Promise<StoredTensors> {
  const tensors = new Map<string, StoredTensor>();
  for (const name of await weightFiles(folder, reference)) {
    const path = await realPath(join(folder, name));
    const file = basename(path);
    try {
      for (const [tensorName, { dtype, shape, offset, length }] of await readSafetensorsHeader(path)) {
        const [type] = Object.entries(STORED_TYPES).find(([, known]) => known.dtype === dtype) ?? [];
        // Integers among the weights are tables that a graph can do without, such as positions.
        if (type === undefined) continue;
        const tensor: StoredTensor = { type: type as StoredType, shape, file, offset, length };
        if (length !== byteLength(tensor)) {
          throw new Error(`${tensorName} has ${length} bytes where ${byteLength(tensor)} are expected.`);
        }
        tensors.set(tensorName, tensor);
      }
    } catch (error) {
      throw modelFileError(error, path, reference);
    }
  }
  return tensors;
}

/**
 * The folder where the weights of a folder really are: the Hugging Face cache has only links in the folder of a commit,
 * and the runtime refuses a file outside of the folder that it is given.
 */
export async function weightsFolder(folder: string): Promise<string> {
  const name = existsSync(join(folder, SAFETENSORS_INDEX)) ? SAFETENSORS_INDEX : SAFETENSORS_FILE;
  return dirname(await realPath(join(folder, name)));
}

/** The file behind a link. Of a missing file the path itself, for the error of opening it. */
async function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

async function weightFiles(folder: string, reference: string): Promise<readonly string[]> {
  const path = join(folder, SAFETENSORS_INDEX);
  if (!existsSync(path)) return [SAFETENSORS_FILE];
  const index = indexSchema.safeParse(await readModelJson(path, reference));
  if (index.success) return [...new Set(Object.values(index.data.weight_map))];
  throw modelFileError(new Error(z.prettifyError(index.error)), path, reference);
}

/** Bytes of a tensor by its type and shape. */
export function byteLength({ type, shape }: Pick<StoredTensor, 'type' | 'shape'>): number {
  return shape.reduce((product, dimension) => product * dimension, STORED_TYPES[type].bytes);
}
