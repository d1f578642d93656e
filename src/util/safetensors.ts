import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** A folder with weights has one of these: a list of the files they are split into, or the weights themselves. */
export const SAFETENSORS_INDEX = 'model.safetensors.index.json';
export const SAFETENSORS_FILE = 'model.safetensors';

/** True for a folder in the format of Hugging Face with its weights as safetensors. */
export function isSafetensorsFolder(folder: string): boolean {
  return [SAFETENSORS_FILE, SAFETENSORS_INDEX].some((file) => existsSync(join(folder, file)));
}

/** A header larger than this is not one (the format's own limit). */
const MAX_HEADER_BYTES = 100_000_000;

/** Before the header stands its length. */
const PREFIX_BYTES = 8;

const count = z.number().int().nonnegative();
const headerSchema = z.record(
  z.string(),
  z.object({ dtype: z.string(), shape: z.array(count), data_offsets: z.tuple([count, count]) }),
);

/** What the header of a safetensors file says of one tensor. */
export interface SafetensorsEntry {
  /** Such as `F32`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly length: number;
}

/**
 * Reads where the tensors of a safetensors file are, by name. The tensors are not read, but the file must be as long as
 * its header says.
 *
 * @throws Error where it is incomplete or no such file, and what opening it throws.
 */
export async function readSafetensorsHeader(path: string): Promise<ReadonlyMap<string, SafetensorsEntry>> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  const prefix = Buffer.alloc(PREFIX_BYTES);
  const { bytesRead } = await file.read(prefix, 0, PREFIX_BYTES, 0);
  const headerBytes = bytesRead === PREFIX_BYTES ? Number(prefix.readBigUInt64LE()) : 0;
  if (headerBytes < 2 || headerBytes > Math.min(MAX_HEADER_BYTES, size - PREFIX_BYTES)) {
    throw new Error('it does not begin as a safetensors file does.');
  }
  const header = Buffer.alloc(headerBytes);
  await file.read(header, 0, headerBytes, PREFIX_BYTES);
  const start = PREFIX_BYTES + headerBytes;
  const entries = Object.entries(parseHeader(header.toString('utf8'))).map(([name, tensor]) => {
    const [from, to] = tensor.data_offsets;
    if (to < from) throw new Error(`the tensor ${name} ends before it begins.`);
    return [name, { dtype: tensor.dtype, shape: tensor.shape, offset: start + from, length: to - from }] as const;
  });
  const end = entries.reduce((latest, [, { offset, length }]) => Math.max(latest, offset + length), start);
  if (end > size) throw new Error(`it is incomplete: it has ${size} bytes where its header describes ${end}.`);
  if (end < size) throw new Error(`it has ${size} bytes where its header describes ${end}.`);
  return new Map(entries);
}

function parseHeader(text: string): z.infer<typeof headerSchema> {
  try {
    const { __metadata__: _, ...tensors } = JSON.parse(text) as Record<string, unknown>;
    return headerSchema.parse(tensors);
  } catch (cause) {
    throw new Error('its header is not that of a safetensors file.', { cause });
  }
}
