import { createCallBudget } from '../calls/index.ts';
import {
  add,
  answerTokens,
  capped,
  type EstimateRange,
  exactly,
  formTokens,
  fuserEntry,
  planFusing,
  planJudging,
  type PlannedCalls,
  priceCalls,
  promptTokens,
  toEstimate,
  type WorkEstimate,
} from '../estimate/index.ts';
import { checkFuseOptions } from '../fuse/index.ts';
import { type Call, planCalls } from '../generate/index.ts';
import { checkRankSettings } from '../rank/index.ts';
import { type Resources, sharedResources } from '../registry/index.ts';
import { DEFAULT_TOP_K } from '../spec/candidate-texts.ts';
import type { ModelReference } from '../spec/model-choice.ts';
import { normalizePrompt, type Prompt } from '../spec/prompt.ts';
import type { Task } from '../spec/task.ts';
import { applyNamedBlend } from './apply-named-blend.ts';
import type { BlendOptions } from './blend-options.ts';
import { checkBlendSettings } from './named-blend.ts';

/** What `blend` would take. */
export async function estimateBlend(given: BlendOptions): Promise<WorkEstimate> {
  const options = applyNamedBlend(given);
  const { resources = sharedResources() } = options;
  const prompt = normalizePrompt(options);
  const calls = planCalls(options);
  checkRankSettings(options);
  checkBlendSettings(options);
  createCallBudget(options);
  checkFuseOptions(options);
  const texts = calls.map(({ settings }) => answerTokens(settings.maxOutputTokens));
  const models = calls.map(({ model }) => model);
  return toBlendEstimate(
    [
      ...(await planAnswers(calls, { prompt, options })),
      ...(await planDecision({ texts, models, task: prompt.task, options, resources })),
    ],
    { options, resources },
  );
}

/** An estimate of calls, within the limits of a blend. */
export async function toBlendEstimate(
  planned: readonly PlannedCalls[],
  { options: { maxCalls, maxCost }, resources }: { options: BlendOptions; resources: Resources },
): Promise<WorkEstimate> {
  const whole = toEstimate(await priceCalls(planned, resources));
  return { ...whole, calls: capped(whole.calls, maxCalls), cost: capped(whole.cost, maxCost) };
}

/** The calls for the candidates. */
export async function planAnswers(
  calls: readonly Pick<Call, 'model' | 'settings'>[],
  { prompt, options }: { prompt: Prompt; options: BlendOptions },
): Promise<readonly PlannedCalls[]> {
  const inputTokens = add(promptTokens(prompt), await formTokens(options.schema));
  return calls.map(({ model, settings }) => ({
    phase: 'generate',
    models: [model],
    calls: exactly(1),
    inputTokens,
    outputTokens: answerTokens(settings.maxOutputTokens),
  }));
}

/** What candidates are for the rest of a blend. */
export interface PlannedCandidates {
  /** Tokens of each. */
  readonly texts: readonly EstimateRange[];
  /** The models that write them: one of these fuses where no fuser is named. */
  readonly models: readonly ModelReference[];
  readonly task: Task;
  readonly options: BlendOptions;
  readonly resources: Resources;
}

/** The calls for ranking, fusion and check. */
export async function planDecision(candidates: PlannedCandidates): Promise<readonly PlannedCalls[]> {
  if (candidates.texts.length < 2) return [];
  const { fusion = true, fast = false } = candidates.options;
  const planned = [...(await planRanking(candidates)), ...(fusion ? await planFusion(candidates) : [])];
  // Answers that agree are neither ranked nor fused.
  return fast ? planned.map((calls) => ({ ...calls, calls: { ...calls.calls, atLeast: 0 } })) : planned;
}

/** The calls for a ranking. */
export function planRanking({ texts, task, options, resources }: PlannedCandidates): Promise<readonly PlannedCalls[]> {
  return planJudging({ phase: 'rank', ranker: options.ranker, task, texts, settings: options, resources });
}

/** The calls for a fusion, and for its check. None for a fuser object: what it does is not known. */
export async function planFusion({
  texts,
  models,
  task,
  options,
  resources,
}: PlannedCandidates): Promise<readonly PlannedCalls[]> {
  const { topK = DEFAULT_TOP_K, schema, stream } = options;
  const fuser = fuserEntry(options.fuser);
  if (fuser === undefined) return [];
  const fusing = planFusing({
    models: fuser.model === undefined ? models : [fuser.model],
    task,
    form: await formTokens(schema),
    texts,
    topK,
    settings: options,
    maxOutputTokens: fuser.maxOutputTokens ?? options.maxOutputTokens,
  });
  if (stream === 'fused') return fusing;
  const fused = fusing.at(-1)?.outputTokens ?? answerTokens();
  const best = { atLeast: 1, atMost: Math.max(...texts.map((text) => text.atMost)) };
  const checking = await planJudging({
    phase: 'check',
    ranker: options.checkRanker ?? options.ranker,
    task,
    texts: [fused, best],
    settings: { strategy: 'full', orders: 'both' },
    resources,
  });
  return [...fusing, ...checking];
}
