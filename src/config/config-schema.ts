import { z } from 'zod';
import type { BlenderConfig } from './blender-config.ts';
import { cache, prices } from './call-schema.ts';
import { blendDefaults, namedBlend } from './blend-schema.ts';
import { modelChoice, rankerChoice } from './model-schema.ts';
import { provider, providerLimit } from './provider-schema.ts';
import type { SchemaShape } from './schema-shape.ts';
import { byName, optionsObject } from './values.ts';

/** The whole configuration. */
export const configSchema = optionsObject({
  $schema: z.string().describe('Where the JSON schema lies, for editors.').optional(),
  blends: byName(namedBlend).describe('Blends by name, for --blend NAME.').optional(),
  models: byName(modelChoice).describe('Models by a name of your own, with settings if need be.').optional(),
  rankers: byName(rankerChoice).describe('Rankers by a name of your own, for --ranker NAME.').optional(),
  providers: byName(provider).describe('Endpoints, and other settings for known providers.').optional(),
  prices: prices.describe('Prices by provider/model, before those of the price list.').optional(),
  cache: cache
    .describe('Whether answers of providers are kept and given again for the same question, and how.')
    .optional(),
  limits: byName(providerLimit).describe('Limits by provider.').optional(),
  defaults: blendDefaults.optional(),
} satisfies SchemaShape<BlenderConfig>).meta({
  title: 'llm-blender',
  description: 'Configuration of llm-blender: blender.config.{ts,mts,js,json,yaml,yml}.',
});
