import { z } from 'zod';
import type { Fuser } from '../spec/fuser.ts';
import type { GenerationSettings, ModelEntry, ModelObject } from '../spec/model-choice.ts';
import type { PairRanker } from '../spec/pair-ranker.ts';
import { JUDGE_LANGUAGES, type JudgeEntry } from '../spec/ranker-choice.ts';
import {
  expectedOneOf,
  milliseconds,
  optionsObject,
  positiveInteger,
  type SchemaShape,
  text,
} from './schema-values.ts';

/** An object that only a file in TypeScript or JavaScript can hold, known by one of its methods. */
function objectWith<OBJECT>(method: string, what: string) {
  return z.custom<OBJECT>(
    (value) => typeof value === 'object' && value !== null && typeof value[method as keyof typeof value] === 'function',
    `expected ${what}`,
  );
}

const modelObject = objectWith<ModelObject>('doStream', 'a model of the AI SDK');

export const generationShape = {
  temperature: z
    .number()
    .min(0)
    .describe('0 = always the most probable token; the range depends on the provider, mostly 0 to 2.')
    .optional(),
  topP: z.number().min(0).max(1).describe('Nucleus sampling.').optional(),
  maxOutputTokens: positiveInteger.describe('Maximum tokens of the answer.').optional(),
  seed: z.int().describe('Seed of the sampling; sample k gets seed + k - 1.').optional(),
  stopSequences: z.array(text).readonly().describe('Texts at which the model stops.').optional(),
  providerOptions: z
    .record(z.string(), z.record(z.string(), z.json()))
    .describe('Passed to the provider, by its name in the AI SDK.')
    .optional(),
} satisfies SchemaShape<GenerationSettings>;

const reference = z.union(
  [text.describe('provider/model, or an alias of `models`.'), modelObject],
  'expected provider/model',
);

const entryShape = {
  model: reference,
  ...generationShape,
  timeoutMs: milliseconds.describe('Milliseconds for each answer.').optional(),
  samples: positiveInteger.describe('How many answers it gives.').optional(),
} satisfies SchemaShape<ModelEntry>;

const { samples: _, ...fuserEntryShape } = entryShape;

/** A model, with settings or without. */
export const modelChoice = z
  .union(
    [text, optionsObject(entryShape), modelObject],
    'expected provider/model, or an object with `model` and its settings',
  )
  .meta({
    id: 'ModelChoice',
    description: 'A model as provider/model or by a name of `models`, or with settings of its own.',
  });

export const fuserChoice = z
  .union(
    [text, optionsObject(fuserEntryShape), objectWith<Fuser>('doFuse', 'a fuser'), modelObject],
    'expected provider/model, or an object with `model` and its settings',
  )
  .describe('The fuser: a model, with or without settings.');

const judgeEntryShape = {
  judge: reference,
  language: z.enum(JUDGE_LANGUAGES, expectedOneOf(JUDGE_LANGUAGES)).describe('Language of the prompt.').optional(),
  ...generationShape,
  timeoutMs: milliseconds.describe('Milliseconds for each reply.').optional(),
  maxRetries: z.int().min(0).describe('How often to retry a call after a temporary failure.').optional(),
} satisfies SchemaShape<JudgeEntry>;

export const rankerChoice = z
  .union(
    [text, optionsObject(judgeEntryShape), objectWith<PairRanker>('doCompare', 'a ranker')],
    'expected the name of a ranker, or an object with `judge`',
  )
  .describe(
    'small, embedded, pairrm, a folder, judge:MODEL, judge-list:MODEL, cascade:RANKER, an alias of `rankers`, or a judge with settings.',
  );
