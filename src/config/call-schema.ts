import { z } from 'zod';
import type { CacheOptions, ModelPrice } from '../calls/index.ts';
import type { SchemaShape } from './schema-shape.ts';
import { optionsObject, text } from './values.ts';

const dollars = z.number().min(0);

/** Prices of one model. */
const modelPrice = optionsObject({
  inputPerMillion: dollars.describe('US dollars for a million tokens of input.'),
  outputPerMillion: dollars.describe('US dollars for a million tokens of output, reasoning included.'),
  cachedInputPerMillion: dollars
    .describe('US dollars for a million tokens of input that the provider has kept.')
    .optional(),
} satisfies SchemaShape<ModelPrice>);

export const prices = z.record(z.string().regex(/.\/./, 'expected provider/model'), modelPrice);

export const cache = z.union(
  [
    z.boolean(),
    optionsObject({
      path: text.describe('The SQLite file.').optional(),
      maxBytes: z.number().positive().describe('Most bytes of answers to keep.').optional(),
      maxAgeMs: z.number().positive().describe('Milliseconds after which an answer no longer counts.').optional(),
    } satisfies SchemaShape<CacheOptions>),
  ],
  'expected true, false, or an object of options',
);
