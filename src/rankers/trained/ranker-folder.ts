import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ModelLoadError } from '../../error/index.ts';
import { errorMessage } from '../../util/error-message.ts';
import { type PhraseTable, phraseTable } from './phrases.ts';
import { SURFACE_SIZE } from './surface.ts';

const count = z.number().int().positive();
const tokenId = z.number().int().nonnegative();

/** What `config.json` of a ranker folder says; written by `training/`. */
const rankerConfig = z.object({
  format: z.literal('llm-blender-encoder-ranker'),
  version: z.literal(2),
  /** Ids of the tokens that begin a text, end each part, and end a line. */
  marks: z.object({ cls: tokenId, sep: tokenId, newline: tokenId }),
  /** Most tokens kept from the beginning and the end of each part. */
  lengths: z.object({
    instruction_head: count,
    instruction_tail: count,
    answer_head: count,
    answer_tail: count,
  }),
  /** Longer texts are cut to their first and last half of this many characters before they are tokenized. */
  most_characters: count,
  /** Positions that the network knows. */
  most_positions: count,
  /** How many numbers describe the surface of a candidate: those that are counted, and what its phrases tell. */
  shape: z.object({ surface_size: z.literal(SURFACE_SIZE + 1) }),
});

/** @see rankerConfig */
type RankerConfig = z.infer<typeof rankerConfig>;

/** A ranker folder that has been read. */
export interface RankerFolder {
  readonly config: RankerConfig;
  /** Path of the ONNX graph. */
  readonly graph: string;
  /** The contents of `tokenizer.json`. */
  readonly tokenizer: object;
  /** The contents of `phrases.json`. */
  readonly phrases: PhraseTable;
}

/** Reads a folder with `config.json`, `tokenizer.json`, `phrases.json` and `model.onnx`. @throws ModelLoadError */
export async function readRankerFolder(folder: string, name: string): Promise<RankerFolder> {
  const config = await readChecked(rankerConfig, join(folder, 'config.json'), name, 'it does not describe a ranker');
  const tokenizer = await readJson(join(folder, 'tokenizer.json'), name);
  if (typeof tokenizer !== 'object' || tokenizer === null) {
    throw new ModelLoadError({ reference: name, path: join(folder, 'tokenizer.json'), reason: 'it is no JSON object' });
  }
  const phrases = await readChecked(phraseTable, join(folder, 'phrases.json'), name, 'it holds no table of phrases');
  return { config, tokenizer, phrases, graph: join(folder, 'model.onnx') };
}

async function readChecked<T>(schema: z.ZodType<T>, path: string, reference: string, fault: string): Promise<T> {
  const found = schema.safeParse(await readJson(path, reference));
  if (found.success) return found.data;
  throw new ModelLoadError({ reference, path, reason: `${fault}: ${z.prettifyError(found.error)}` });
}

async function readJson(path: string, reference: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    throw new ModelLoadError({ reference, path, reason: errorMessage(error), cause: error });
  }
}
