import { join } from 'node:path';
import { z } from 'zod';
import { ModelLoadError } from '../../error/index.ts';
import { readModelJson } from '../onnx/read-model-file.ts';

const count = z.number().int().positive();
const numbers = z.array(z.number());

/** What `config.json` of the folder says; written by `training/reward/assemble.py`. */
const embeddedConfig = z.object({
  format: z.literal('llm-blender-embedded-ranker'),
  version: z.literal(1),
  /** What the language model is asked after the answer, and the two words that it may say. */
  question: z.string(),
  words: z.object({ yes: z.string(), no: z.string() }),
  /** Most tokens kept from the beginning and the end of each part. */
  lengths: z.object({ instruction_head: count, instruction_tail: count, answer_head: count, answer_tail: count }),
  /** Longer texts are cut to their first and last half of this many characters before they are tokenized. */
  most_characters: count,
  /** What the language model, and the ranker that reads the same text, weigh in a score. */
  weights: z.object({ language_model: z.number(), ranker: z.number() }),
  /** A linear term of the surface: numbers are brought to `x * scale + offset`, cut at `most` and weighed. */
  surface: z.object({ scale: numbers, offset: numbers, weight: numbers, most: z.number() }),
});

export type EmbeddedConfig = z.infer<typeof embeddedConfig>;

/** @throws ModelLoadError */
export async function readEmbeddedConfig(folder: string, reference: string): Promise<EmbeddedConfig> {
  const path = join(folder, 'config.json');
  const found = embeddedConfig.safeParse(await readModelJson(path, reference));
  if (found.success) return found.data;
  throw new ModelLoadError({ reference, path, reason: `it describes no such ranker: ${z.prettifyError(found.error)}` });
}
