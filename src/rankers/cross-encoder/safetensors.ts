import { existsSync } from 'node:fs';
import { open, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { ModelLoadError } from '../../error/index.ts';
import { errorMessage } from '../../util/error-message.ts';

/** Number formats that can be run: half precision is widened, 8 bits come with scales (`quantize-checkpoint.ts`). */
export const FORMATS = { F32: ['float32', 4], F16: ['float16', 2], BF16: ['bfloat16', 2], I8: ['int8', 1] } as const;

/** One tensor in a `.safetensors` file. */
export interface StoredTensor {
  readonly type: 'float32' | 'float16' | 'bfloat16' | 'int8';
  readonly shape: readonly number[];
  /** Name of the file inside its {@link weightsFolder}. */
  readonly file: string;
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly length: number;
}

/** The weights of a folder, by name. */
export type StoredTensors = ReadonlyMap<string, StoredTensor>;

const INDEX_FILE = 'model.safetensors.index.json';

/** A header larger than this is not one (the format's own limit). */
const MAX_HEADER_BYTES = 100_000_000;

const headerSchema = z.record(
  z.string(),
  z.object({
    dtype: z.string(),
    shape: z.array(z.number().int().nonnegative()),
    data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
  }),
);

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string().regex(/^[^/\\]+\.safetensors$/)) });

/**
 * Reads where the weights of a folder lie: `model.safetensors`, or the files that `model.safetensors.index.json` names.
 * The weights themselves are not read.
 *
 * @throws ModelLoadError where a file is missing, incomplete or no safetensors file.
 */
export async function readSafetensors(folder: string, reference: string): Promise<StoredTensors> {
  const indexPath = join(folder, INDEX_FILE);
  const index = await readFile(indexPath, 'utf8').catch(() => undefined);
  let files: ReadonlySet<string> = new Set(['model.safetensors']);
  if (index !== undefined) {
    try {
      files = new Set(Object.values(indexSchema.parse(JSON.parse(index)).weight_map));
    } catch (error) {
      throw new ModelLoadError({ reference, path: indexPath, reason: errorMessage(error), cause: error });
    }
  }
  const tensors = new Map<string, StoredTensor>();
  for (const file of files) {
    const path = await realPath(join(folder, file));
    for (const [name, tensor] of await readHeader(path, reference)) tensors.set(name, tensor);
  }
  return tensors;
}

/**
 * The folder where the weights of a folder really are: the cache of Hugging Face has only links in the folder of a
 * commit, and the runtime refuses a file that is not inside the folder it is given.
 */
export async function weightsFolder(folder: string): Promise<string> {
  const name = existsSync(join(folder, INDEX_FILE)) ? INDEX_FILE : 'model.safetensors';
  return dirname(await realPath(join(folder, name)));
}

/** The file behind a link; the path itself where there is none, which opening it will tell. */
async function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/** Eight bytes with the length of the header, the header in JSON, then the tensors. */
async function readHeader(path: string, reference: string): Promise<StoredTensors> {
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      const prefix = Buffer.alloc(8);
      const { bytesRead } = await handle.read(prefix, 0, 8, 0);
      const headerBytes = bytesRead === 8 ? Number(prefix.readBigUInt64LE()) : 0;
      if (headerBytes < 2 || headerBytes > Math.min(MAX_HEADER_BYTES, size - 8)) {
        throw new Error('it does not begin as a safetensors file does.');
      }
      const header = Buffer.alloc(headerBytes);
      await handle.read(header, 0, headerBytes, 8);
      return locateTensors(header.toString('utf8'), { file: basename(path), start: 8 + headerBytes, size });
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new ModelLoadError({ reference, path, reason: errorMessage(error), cause: error });
  }
}

function locateTensors(
  header: string,
  { file, start, size }: { file: string; start: number; size: number },
): StoredTensors {
  const { __metadata__: _, ...entries } = JSON.parse(header) as Record<string, unknown>;
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(headerSchema.parse(entries))) {
    // Whole numbers among the weights are tables that a graph can do without, such as positions.
    if (!(entry.dtype in FORMATS)) continue;
    const [type, elementBytes] = FORMATS[entry.dtype as keyof typeof FORMATS];
    const [from, to] = entry.data_offsets;
    const length = entry.shape.reduce((product, dimension) => product * dimension, elementBytes);
    if (to - from !== length) throw new Error(`${name} has ${to - from} bytes where ${length} are expected.`);
    if (start + to > size) {
      throw new Error(`it is incomplete: ${name} ends at byte ${start + to}, the file at ${size}.`);
    }
    tensors.set(name, { type, shape: entry.shape, file, offset: start + from, length });
  }
  return tensors;
}
