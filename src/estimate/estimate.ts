import { applyNamedBlend, type BlendOptions } from '../blend/index.ts';
import {
  checkOrders,
  type CompareConversationsOptions,
  type CompareOptions,
  conversationPair,
} from '../compare/index.ts';
import { createCallBudget } from '../calls/index.ts';
import { checkFuseOptions, type FuseOptions, type FuserChoice } from '../fuse/index.ts';
import { planCalls } from '../generate/index.ts';
import { checkRankSettings, distinctTexts, type RankOptions } from '../rank/index.ts';
import { DEFAULT_MODEL, sharedResources } from '../registry/index.ts';
import { candidateTexts, DEFAULT_TOP_K } from '../spec/candidate-texts.ts';
import { isModelEntry, type ModelEntry, type ModelReference } from '../spec/model-choice.ts';
import { resolveAnswerForm, schemaWords } from '../structured/index.ts';
import { normalizePrompt } from '../spec/prompt.ts';
import { planFusing } from './plan-fusing.ts';
import { planJudging } from './plan-judging.ts';
import { type PlannedCalls, priceCalls } from './planned-calls.ts';
import { answerTokens, promptTokens, textTokens } from './text-tokens.ts';
import { add, capped, type EstimateRange, exactly, NOTHING, toEstimate, type WorkEstimate } from './work-estimate.ts';

/** What `blend` would take. */
export async function estimateBlend(given: BlendOptions): Promise<WorkEstimate> {
  const options = applyNamedBlend(given);
  const { topK = DEFAULT_TOP_K, resources = sharedResources(), maxCalls, maxCost } = options;
  const prompt = normalizePrompt(options);
  const { task } = prompt;
  const calls = planCalls(options);
  checkRankSettings(options);
  createCallBudget(options);
  checkFuseOptions(options);
  const form = await formTokens(options.schema);
  const planned: PlannedCalls[] = calls.map(({ model, settings }) => ({
    phase: 'generate',
    models: [model],
    calls: exactly(1),
    inputTokens: add(promptTokens(prompt), form),
    outputTokens: answerTokens(settings.maxOutputTokens),
  }));
  if (calls.length > 1) {
    const texts = calls.map(({ settings }) => answerTokens(settings.maxOutputTokens));
    const judging = { task, resources, settings: options };
    planned.push(...(await planJudging({ ...judging, phase: 'rank', ranker: options.ranker, texts })));
    const fuser = options.fusion === false ? undefined : fuserEntry(options.fuser);
    if (fuser !== undefined) {
      const maxOutputTokens = fuser.maxOutputTokens ?? options.maxOutputTokens;
      const models = fuser.model === undefined ? calls.map(({ model }) => model) : [fuser.model];
      const fusing = planFusing({ models, task, form, texts, topK, settings: options, maxOutputTokens });
      planned.push(...fusing);
      const fused = fusing.at(-1)?.outputTokens ?? answerTokens();
      const best = { atLeast: 1, atMost: Math.max(...texts.map((text) => text.atMost)) };
      const ranker = options.checkRanker ?? options.ranker;
      const pair = { strategy: 'full', orders: 'both' } as const;
      planned.push(
        ...(await planJudging({ ...judging, settings: pair, phase: 'check', ranker, texts: [fused, best] })),
      );
    }
  }
  const whole = toEstimate(await priceCalls(planned, resources));
  return { ...whole, calls: capped(whole.calls, maxCalls), cost: capped(whole.cost, maxCost) };
}

/** Tokens of what the models are told of the form of their answers. */
async function formTokens(schema: BlendOptions['schema']): Promise<EstimateRange> {
  return schema === undefined ? NOTHING : textTokens(schemaWords((await resolveAnswerForm(schema)).jsonSchema));
}

/** The fuser as an entry, without a model where that of the best candidate fuses; undefined for a fuser object. */
function fuserEntry(
  fuser: FuserChoice | undefined,
): (Omit<Partial<ModelEntry>, 'samples'> & { model?: ModelReference | undefined }) | undefined {
  if (fuser === undefined) return {};
  if (typeof fuser === 'object' && 'doFuse' in fuser) return undefined;
  return isModelEntry(fuser) ? fuser : { model: fuser };
}

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
