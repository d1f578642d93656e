import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelLoadError } from '../../../error/index.ts';
import { errorMessage } from '../../../util/error-message.ts';
import { readSafetensors, type StoredTensors } from './stored-tensors.ts';

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

/** Reads `config.json`, `tokenizer.json`, `ranker.json` if there is one, and where the weights lie. @throws ModelLoadError */
export async function readCheckpoint(folder: string, reference: string): Promise<Checkpoint> {
  const rankerFile = join(folder, 'ranker.json');
  const [config, tokenizer, ranker, tensors] = await Promise.all([
    readObject(join(folder, 'config.json'), reference),
    readObject(join(folder, 'tokenizer.json'), reference),
    existsSync(rankerFile) ? readObject(rankerFile, reference) : undefined,
    readSafetensors(folder, reference),
  ]);
  return { folder, config, tokenizer, ranker, tensors };
}

async function readObject(path: string, reference: string): Promise<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is no JSON object.');
    return value as Record<string, unknown>;
  } catch (error) {
    throw new ModelLoadError({ reference, path, reason: errorMessage(error), cause: error });
  }
}
