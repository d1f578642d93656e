import type { Blender } from '../../api/index.ts';
import { decisionOf, type NamedBlend } from '../../blend/index.ts';
import {
  ContextExceededError,
  InvalidArgumentError,
  ModelCallError,
  type ModelCallErrorKind,
} from '../../error/index.ts';
import { pickFusionSettings } from '../../fuse/index.ts';
import { roundScores } from '../../records/index.ts';
import { DEFAULT_TOP_K } from '../../spec/candidate-texts.ts';
import { isModelEntry, modelName } from '../../spec/model-choice.ts';
import { addUsage, NO_USAGE } from '../../spec/usage.ts';
import type { Example } from '../data/example.ts';
import { type BlendAnswer, type BlendVariant, spentOf } from './answers.ts';

/** The functions of a blender that candidates of the data are blended with. */
export type GivenBlender = Pick<Blender, 'createBlendSession' | 'rank' | 'fuse' | 'compare'>;

/** How a blend ranks, fuses and checks candidates that it is given. */
export interface GivenBlend {
  /** Its settings, with the fuser filled in. */
  readonly settings: NamedBlend;
  /** How many of the best candidates are fused, at least one number. */
  readonly topK: readonly number[];
}

/** How a fuser fails because of the texts that it is given. Of other failures an evaluation learns nothing about fusing. */
const OF_THE_TEXTS: ReadonlySet<ModelCallErrorKind> = new Set(['blocked', 'invalid', 'error']);

/**
 * The settings of a blend for candidates of the data. What is about generating, such as a quorum, has no effect.
 *
 * @throws InvalidArgumentError for an unknown blend, and where it is not clear which model fuses.
 */
export async function givenBlend(
  blender: Pick<Blender, 'createBlendSession'>,
  { blend, topK = [] }: { blend: string; topK?: readonly number[] | undefined },
): Promise<GivenBlend> {
  // Nothing is asked in it: it knows what the settings of a blend come to.
  await using session = blender.createBlendSession({ prompt: 'settings', blend });
  const { settings } = session;
  const members = new Set(settings.models.map((choice) => modelName(isModelEntry(choice) ? choice.model : choice)));
  const [only] = settings.models;
  if (settings.fusion !== false && settings.fuser === undefined && members.size > 1) {
    throw new InvalidArgumentError({
      parameter: 'blend',
      value: blend,
      message: `it has no fuser of its own: the model of the best candidate fuses, which candidates of the data do not have. Set its fuser in the configuration, such as ${[...members][0] ?? 'local/smollm2-135m'}.`,
    });
  }
  return {
    settings: { ...settings, fuser: settings.fuser ?? withoutSamples(only) },
    topK: topK.length === 0 ? [settings.topK ?? DEFAULT_TOP_K] : topK,
  };
}

function withoutSamples(choice: NamedBlend['models'][number] | undefined): NamedBlend['fuser'] {
  return choice !== undefined && isModelEntry(choice) ? choice.model : choice;
}

/**
 * Ranks the candidates of an example as a blend does, and for each K fuses the best and compares it with the very best.
 * Where the fuser cannot fuse these texts, the best candidate is the answer, as in a blend.
 *
 * @throws what else a ranker or a fuser fails with.
 */
export async function blendGiven(
  blender: GivenBlender,
  { question, candidates }: Pick<Example, 'question' | 'candidates'>,
  { settings, topK }: GivenBlend,
  abortSignal: AbortSignal,
): Promise<BlendAnswer> {
  const { ranker, strategy, aggregation, goal, confidence, maxPairs, orders, rankSeed } = settings;
  const asked = { system: settings.system, ...question };
  const calls = { timeoutMs: settings.timeoutMs, maxRetries: settings.maxRetries, abortSignal };
  const ranked = await blender.rank({
    ...asked,
    candidates: candidates.map(({ text }) => text),
    ranker,
    strategy,
    aggregation,
    goal,
    confidence,
    maxPairs,
    orders,
    rankSeed,
    topK: Math.max(...topK),
    ...calls,
  } as Parameters<Blender['rank']>[0]);
  const inOrder = ranked.order.flatMap((index) => {
    const text = candidates[index]?.text;
    return text === undefined ? [] : [{ index, text, rank: ranked.ranks[index], score: ranked.scores[index] }];
  });
  const seen = new Set<string>();
  const different = inOrder.filter(({ text }) => text.trim() !== '' && !seen.has(text) && seen.add(text));
  const best = inOrder[0]?.text ?? '';
  const failures: BlendAnswer['failures'][number][] = [];
  const fuse = async (k: number): Promise<BlendVariant> => {
    const chosen = different.slice(0, k);
    const from = chosen.map(({ index }) => idOf(index));
    const unfused = (reason: string, usage = NO_USAGE): BlendVariant => ({
      topK: k,
      from,
      fused: null,
      decision: 'best-candidate',
      decisionReason: `The best candidate is the answer: ${reason}.`,
      probability: null,
      spent: spentOf(usage),
    });
    if (settings.fusion === false) return unfused('fusion is switched off');
    if (chosen.length < 2) return unfused('there is nothing to add to it');
    const fusing = blender.fuse({
      ...asked,
      candidates: chosen,
      topK: k,
      fuser: settings.fuser,
      maxOutputTokens: settings.maxOutputTokens,
      ...pickFusionSettings(settings),
      ...calls,
    } as Parameters<Blender['fuse']>[0]);
    const fused = await fusing.catch((error: unknown) => {
      const failure = failureOfTexts(error);
      if (failure === undefined) throw error;
      failures.push(failure);
      return undefined;
    });
    if (fused === undefined) return unfused('fusing failed');
    if (fused.text.trim() === '') return unfused('the fused answer was empty', fused.usage);
    const variant = { topK: k, from, fused: fused.text };
    if (settings.stream === 'fused') {
      const decisionReason = 'The blend does not check what it fuses.';
      return { ...variant, decision: 'fused', decisionReason, probability: null, spent: spentOf(fused.usage) };
    }
    const checked = await blender.compare({
      ...asked,
      a: fused.text,
      b: best,
      ranker: settings.checkRanker ?? ranker,
      ...calls,
    } as Parameters<Blender['compare']>[0]);
    return {
      ...variant,
      ...decisionOf(checked),
      probability: Number.isNaN(checked.probability) ? null : checked.probability,
      spent: spentOf(addUsage(fused.usage, checked.usage)),
    };
  };
  const variants: BlendVariant[] = [];
  for (const k of topK) {
    // With fewer candidates than K the same ones are fused as for a smaller K.
    const same = variants.find(({ from = [] }) => from.length === Math.min(k, different.length));
    variants.push(same === undefined ? await fuse(k) : { ...same, topK: k, spent: spentOf(NO_USAGE) });
  }
  return roundScores({
    ranker: ranked.ranker,
    isGiven: true,
    candidates: candidates.map(({ text, model = '' }, index) => ({
      id: idOf(index),
      model,
      text,
      rank: ranked.ranks[index] ?? null,
      score: ranked.scores[index] ?? null,
    })),
    variants,
    failures,
    spent: spentOf(ranked.usage),
  });
}

function failureOfTexts(error: unknown): BlendAnswer['failures'][number] | undefined {
  if (error instanceof ContextExceededError) return { model: error.model, kind: error.code, message: error.message };
  if (!(error instanceof ModelCallError) || !OF_THE_TEXTS.has(error.kind)) return undefined;
  const { model, kind, message } = error;
  return { model, kind, message };
}

/** Candidates of the data are counted from 1. */
function idOf(index: number): string {
  return String(index + 1);
}
