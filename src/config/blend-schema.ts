import { z } from 'zod';
import { type BlendDefaults, type NamedBlend, STREAMS } from '../blend/index.ts';
import { ORDERS } from '../compare/index.ts';
import { FUSION_PROMPTS, type FusionPromptFunction, type FusionSettings } from '../fuse/index.ts';
import { type AggregationFunction, AGGREGATIONS, GOALS, type RankSettings, STRATEGIES } from '../rank/index.ts';
import type { RankerCallSettings } from '../spec/pair-ranker.ts';
import { fuserChoice, generationShape, modelChoice, rankerChoice } from './model-schema.ts';
import { namesOf } from '../util/choices.ts';
import {
  expectedOneOf,
  milliseconds,
  nameIn,
  optionsObject,
  positiveInteger,
  type SchemaShape,
  text,
} from './schema-values.ts';

const rankShape = {
  ranker: rankerChoice.optional(),
  strategy: nameIn(STRATEGIES).describe('Which pairs are compared.').optional(),
  aggregation: z
    .union(
      [
        nameIn(AGGREGATIONS),
        z.custom<AggregationFunction>((value) => typeof value === 'function', 'expected a function'),
      ],
      expectedOneOf(namesOf(AGGREGATIONS)),
    )
    .describe('How comparisons become scores.')
    .optional(),
  goal: nameIn(GOALS).describe('What the strategy adaptive must settle.').optional(),
  topK: positiveInteger.describe('How many of the best to fuse, and the K of the goal top-k.').optional(),
  confidence: z.number().gt(0).max(1).describe('The confidence at which the strategy adaptive stops.').optional(),
  maxPairs: positiveInteger.describe('Maximum number of pairs.').optional(),
  orders: nameIn(ORDERS).describe('Whether each pair is shown in both orders.').optional(),
  rankSeed: z.int().describe('Seed of the order in which candidates are compared if not all pairs are.').optional(),
} satisfies SchemaShape<Omit<RankSettings, keyof RankerCallSettings>>;

type LimitName = 'timeoutMs' | 'totalTimeoutMs' | 'maxCalls' | 'maxCost' | 'maxRetries';

const limitShape = {
  timeoutMs: milliseconds.describe('Milliseconds for one answer, and for each reply of a judge.').optional(),
  totalTimeoutMs: milliseconds
    .describe('Milliseconds for everything; then the best result so far is returned.')
    .optional(),
  maxCalls: positiveInteger
    .describe('Maximum requests to language models; then the best result so far is returned.')
    .optional(),
  maxCost: z
    .number()
    .min(0)
    .describe('Maximum cost in US dollars; then the best result so far is returned.')
    .optional(),
  maxRetries: z.int().min(0).describe('How often to retry a call after a temporary failure.').optional(),
} satisfies SchemaShape<Pick<NamedBlend, LimitName>>;

const fusionShape = {
  fuser: fuserChoice.optional(),
  fusion: z.boolean().describe('Whether to fuse; if false, the best candidate is the answer.').optional(),
  fusionPrompt: z
    .union(
      [
        nameIn(FUSION_PROMPTS),
        z.custom<FusionPromptFunction>((value) => typeof value === 'function', 'expected a function'),
      ],
      expectedOneOf(namesOf(FUSION_PROMPTS)),
    )
    .describe('The prompt of the fuser.')
    .optional(),
  showRanks: z.boolean().describe('Whether the prompt of the fuser says which candidate is better.').optional(),
  showScores: z.boolean().describe('Whether the prompt of the fuser has the scores.').optional(),
  analysis: z.boolean().describe('Whether the fuser first lists agreement and contradictions.').optional(),
  contextTokens: positiveInteger.describe('Maximum tokens of prompt and answer of the fuser together.').optional(),
  checkRanker: rankerChoice.describe('The ranker that compares the fused answer with the best candidate.').optional(),
} satisfies SchemaShape<FusionSettings & Pick<NamedBlend, 'fuser' | 'fusion' | 'checkRanker'>>;

const waitingShape = {
  quorum: positiveInteger.describe('How many answers are enough; see patienceMs.').optional(),
  patienceMs: z
    .number()
    .min(0)
    .describe('Milliseconds to wait for further answers once the quorum is there; then they are stopped.')
    .optional(),
  fast: z.boolean().describe('Whether to stop as soon as most answers say the same.').optional(),
  stream: nameIn(STREAMS).describe('What is streamed of the answer.').optional(),
} satisfies SchemaShape<Pick<NamedBlend, 'quorum' | 'patienceMs' | 'fast' | 'stream'>>;

/** A blend with a name. */
export const namedBlend = optionsObject({
  models: z.array(modelChoice).min(1).readonly().describe('The models to call.'),
  samples: positiveInteger.describe('How many answers each model gives.').optional(),
  system: z.string().describe('System message for the models.').optional(),
  ...generationShape,
  ...rankShape,
  ...fusionShape,
  ...limitShape,
  ...waitingShape,
} satisfies SchemaShape<NamedBlend>).meta({
  id: 'NamedBlend',
  description: 'A blend: its models and settings, which apply where a call gives none.',
});

/** By name: whether a setting of a ranking has a default is for `BlendDefaults` to say. */
const { ranker, strategy, aggregation, confidence, maxPairs, orders } = rankShape;

export const blendDefaults = optionsObject({
  blend: text.describe('The blend that is used if none is named.').optional(),
  ranker,
  strategy,
  aggregation,
  confidence,
  maxPairs,
  orders,
  ...fusionShape,
  ...limitShape,
  ...waitingShape,
} satisfies SchemaShape<BlendDefaults>).describe('Settings that apply unless the call or its blend sets them.');
