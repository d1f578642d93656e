import { z } from 'zod';
import type { BlendDefaults, NamedBlend } from '../blend/index.ts';
import { ORDERS } from '../compare/index.ts';
import { FUSION_PROMPTS, type FusionPromptFunction, type FusionSettings } from '../fuse/index.ts';
import { type AggregationFunction, AGGREGATIONS, GOALS, type RankSettings, STRATEGIES } from '../rank/index.ts';
import type { RankerCallSettings } from '../spec/pair-ranker.ts';
import { fuserChoice, generationShape, modelChoice, rankerChoice } from './model-schema.ts';
import { namesOf } from '../util/choices.ts';
import { milliseconds, optionsObject, positiveInteger, type SchemaShape, text } from './schema-values.ts';

const rankShape = {
  ranker: rankerChoice.optional(),
  strategy: z.enum(namesOf(STRATEGIES)).describe('Which pairs are compared.').optional(),
  aggregation: z
    .union(
      [
        z.enum(namesOf(AGGREGATIONS)),
        z.custom<AggregationFunction>((value) => typeof value === 'function', 'expected a function'),
      ],
      `expected one of: ${namesOf(AGGREGATIONS).join(', ')}`,
    )
    .describe('How comparisons become scores.')
    .optional(),
  goal: z.enum(namesOf(GOALS)).describe('What the strategy adaptive decides.').optional(),
  topK: positiveInteger.describe('How many of the best to fuse, and the K of the goal top-k.').optional(),
  confidence: z.number().gt(0).max(1).describe('How sure the strategy adaptive must be.').optional(),
  maxPairs: positiveInteger.describe('The most pairs to compare.').optional(),
  orders: z.enum(namesOf(ORDERS)).describe('Whether each pair is shown in both orders.').optional(),
  rankSeed: z.int().describe('Seed of the order in which candidates meet where not all do.').optional(),
} satisfies SchemaShape<Omit<RankSettings, keyof RankerCallSettings>>;

const limitShape = {
  timeoutMs: milliseconds.describe('Milliseconds for one answer, and for each reply of a judge.').optional(),
  totalTimeoutMs: milliseconds.describe('Milliseconds for all; the best so far is then the result.').optional(),
  maxCalls: positiveInteger
    .describe('Most requests to language models; the best so far is then the result.')
    .optional(),
  maxCost: z.number().min(0).describe('Most US dollars; the best so far is then the result.').optional(),
  maxRetries: z.int().min(0).describe('How often to repeat a call after a failure that may pass.').optional(),
};

const fusionShape = {
  fuser: fuserChoice.optional(),
  fusion: z.boolean().describe('Whether to fuse at all.').optional(),
  fusionPrompt: z
    .union(
      [
        z.enum(namesOf(FUSION_PROMPTS)),
        z.custom<FusionPromptFunction>((value) => typeof value === 'function', 'expected a function'),
      ],
      `expected one of: ${namesOf(FUSION_PROMPTS).join(', ')}`,
    )
    .describe('The prompt of the fuser.')
    .optional(),
  showRanks: z.boolean().describe('Whether the fuser sees which candidate is better.').optional(),
  showScores: z.boolean().describe('Whether the fuser sees the scores.').optional(),
  analysis: z.boolean().describe('Whether the fuser first lists agreement and contradictions.').optional(),
  contextTokens: positiveInteger.describe('Tokens that prompt and answer of the fuser may take together.').optional(),
  checkRanker: rankerChoice.describe('What compares the fused answer with the best candidate.').optional(),
} satisfies SchemaShape<FusionSettings & Pick<NamedBlend, 'fuser' | 'fusion' | 'checkRanker'>>;

/** A blend that has a name. */
export const namedBlend = optionsObject({
  models: z.array(modelChoice).min(1).readonly().describe('The models to call.'),
  samples: positiveInteger.describe('How many answers to take from each model.').optional(),
  system: z.string().describe('System message for the models.').optional(),
  ...generationShape,
  ...rankShape,
  ...fusionShape,
  ...limitShape,
} satisfies SchemaShape<NamedBlend>).meta({
  id: 'NamedBlend',
  description: 'A blend: its models and settings, which apply where a call gives none.',
});

const { goal: _goal, topK: _topK, rankSeed: _rankSeed, ...rankDefaults } = rankShape;

export const blendDefaults = optionsObject({
  blend: text.describe('The blend where none is named.').optional(),
  ...rankDefaults,
  ...fusionShape,
  ...limitShape,
} satisfies SchemaShape<BlendDefaults>).describe('Settings that apply where neither the call nor its blend gives one.');
