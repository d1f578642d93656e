import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { ModelLoadError } from '../../error/index.ts';
import { modelFileError, readModelJson } from '../onnx/read-model-file.ts';
import { type PhraseTable, phraseTable } from './phrases.ts';
import { SURFACE_SIZE } from './surface.ts';

const count = z.number().int().positive();
const tokenId = z.number().int().nonnegative();

/** What `config.json` of a ranker folder says; written by `training/`. */
const rankerConfig = z
  .object({
    format: z.literal('llm-blender-encoder-ranker'),
    version: z.literal(2),
    /** Ids of the special tokens that begin a text, end each part, and end a line. */
    marks: z.object({ cls: tokenId, sep: tokenId, newline: tokenId }),
    /** Most tokens kept from the beginning and the end of each part. */
    lengths: z.object({ instruction_head: count, instruction_tail: count, answer_head: count, answer_tail: count }),
    /** Longer texts are cut to their first and last half of this many characters before they are tokenized. */
    most_characters: count,
    /** Positions that the network knows. */
    most_positions: count,
    /** How many numbers describe the surface of a candidate: those that are counted, and the sum of its phrases. */
    shape: z.object({ surface_size: z.literal(SURFACE_SIZE + 1) }),
  })
  .transform(({ marks, lengths, most_characters, most_positions }) => ({
    specialTokens: marks,
    lengths,
    maxCharacters: most_characters,
    maxPositions: most_positions,
  }));

const NO_RANKER =
  'it does not describe a ranker that training has left; a published cross-encoder has model.safetensors beside it';

/** A ranker folder that has been read. */
export interface RankerFolder {
  readonly config: z.infer<typeof rankerConfig>;
  /** Path of the ONNX graph. */
  readonly graph: string;
  /** Knows no special tokens, so that one in a text is plain text. */
  readonly tokenizer: Tokenizer;
  /** The contents of `phrases.json`. */
  readonly phrases: PhraseTable;
}

/** Reads a folder with `config.json`, `tokenizer.json`, `phrases.json` and `model.onnx`. @throws ModelLoadError */
export async function readRankerFolder(folder: string, name: string): Promise<RankerFolder> {
  const config = await readChecked(rankerConfig, join(folder, 'config.json'), name, NO_RANKER);
  const tokenizer = await readTokenizer(join(folder, 'tokenizer.json'), name);
  const phrases = await readChecked(phraseTable, join(folder, 'phrases.json'), name, 'it holds no table of phrases');
  return { config, tokenizer, phrases, graph: join(folder, 'model.onnx') };
}

async function readTokenizer(path: string, name: string): Promise<Tokenizer> {
  const description = await readModelJson(path, name);
  try {
    return new Tokenizer({ ...description, added_tokens: [] }, {});
  } catch (error) {
    throw modelFileError(error, path, name);
  }
}

async function readChecked<T>(schema: z.ZodType<T>, path: string, reference: string, problem: string): Promise<T> {
  const found = schema.safeParse(await readModelJson(path, reference));
  if (found.success) return found.data;
  throw new ModelLoadError({ reference, path, reason: `${problem}: ${z.prettifyError(found.error)}` });
}
