import {
  checkOrders,
  type CompareConversationsOptions,
  type CompareOptions,
  conversationPair,
} from '../compare/index.ts';
import { checkFuseOptions, type FuseOptions, type FuserChoice } from '../fuse/index.ts';
import { checkRankSettings, distinctTexts, type RankOptions } from '../rank/index.ts';
import { DEFAULT_MODEL, sharedResources } from '../registry/index.ts';
import { candidateTexts, DEFAULT_TOP_K } from '../spec/candidate-texts.ts';
import { isModelEntry, type ModelEntry, type ModelReference } from '../spec/model-choice.ts';
import { resolveAnswerForm, schemaWords } from '../structured/index.ts';
import type { AnswerSchema } from '../spec/answer-schema.ts';
import { normalizePrompt } from '../spec/prompt.ts';
import { planFusing } from './plan-fusing.ts';
import { planJudging } from './plan-judging.ts';
import { priceCalls } from './planned-calls.ts';
import { textTokens } from './text-tokens.ts';
import { type EstimateRange, NOTHING, toEstimate, type WorkEstimate } from './work-estimate.ts';

/** What `rank` would take. */
export async function estimateRank(options: RankOptions): Promise<WorkEstimate> {
  const { resources = sharedResources() } = options;
  const { task } = normalizePrompt(options);
  checkRankSettings(options);
  const { texts } = distinctTexts(candidateTexts(options.candidates), options.rankSeed ?? 0);
  const judged = { phase: 'rank', ranker: options.ranker, task, settings: options, resources } as const;
  return toEstimate(await priceCalls(await planJudging({ ...judged, texts: texts.map(textTokens) }), resources));
}

/** What `compare` or `compareConversations` would take. */
export async function estimateCompare(options: CompareOptions | CompareConversationsOptions): Promise<WorkEstimate> {
  const { ranker, orders = 'both', resources = sharedResources() } = options;
  checkOrders(orders);
  const { task, a, b } = isPairOfTexts(options)
    ? { ...normalizePrompt(options), a: options.a, b: options.b }
    : conversationPair(options);
  return toEstimate(
    await priceCalls(
      await planJudging({
        phase: 'rank',
        ranker,
        task,
        // Identical and empty texts are decided by rule.
        texts: distinctTexts([a, b], 0).texts.map(textTokens),
        settings: { strategy: 'full', orders },
        resources,
      }),
      resources,
    ),
  );
}

function isPairOfTexts(options: CompareOptions | CompareConversationsOptions): options is CompareOptions {
  return typeof options.a === 'string';
}

/** What `fuse` would take. */
export async function estimateFuse(options: FuseOptions): Promise<WorkEstimate> {
  const { topK = DEFAULT_TOP_K, resources = sharedResources() } = options;
  const { task } = normalizePrompt(options);
  checkFuseOptions(options);
  const texts = candidateTexts(options.candidates).slice(0, topK).map(textTokens);
  const fuser = fuserEntry(options.fuser);
  if (fuser === undefined) return toEstimate([]);
  const { model = DEFAULT_MODEL, maxOutputTokens = options.maxOutputTokens } = fuser;
  const form = await formTokens(options.schema);
  const planned = planFusing({ models: [model], task, form, texts, topK, settings: options, maxOutputTokens });
  return toEstimate(await priceCalls(planned, resources));
}

/** Tokens of what the models are told of the form of their answers. */
export async function formTokens(schema: AnswerSchema | undefined): Promise<EstimateRange> {
  return schema === undefined ? NOTHING : textTokens(schemaWords((await resolveAnswerForm(schema)).jsonSchema));
}

/** The fuser as an entry, without a model where that of the best candidate fuses; undefined for a fuser object. */
export function fuserEntry(
  fuser: FuserChoice | undefined,
): (Omit<Partial<ModelEntry>, 'samples'> & { model?: ModelReference | undefined }) | undefined {
  if (fuser === undefined) return {};
  if (typeof fuser === 'object' && 'doFuse' in fuser) return undefined;
  return isModelEntry(fuser) ? fuser : { model: fuser };
}
