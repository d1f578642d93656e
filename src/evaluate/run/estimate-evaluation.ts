import type { Blender } from '../../api/index.ts';
import { addEstimates, type EstimatedPhase, toEstimate, type WorkEstimate } from '../../estimate/index.ts';
import type { RunEvaluationOptions } from '../evaluate.ts';
import type { Example } from '../data/example.ts';
import { isModelEntry } from '../../spec/model-choice.ts';
import { estimateTokens } from '../../util/estimate-tokens.ts';
import { type GivenBlend, givenBlend } from './blend-given.ts';
import { areGiven, runExamples } from './run-examples.ts';

/** The functions of a blender that are asked what work would take. */
type EstimatingBlender = Pick<Blender, 'createBlendSession' | 'estimateRank' | 'estimateBlend'>;

/**
 * What an evaluation would take. Nothing is sent or written. Of judges of blends nothing is known before the blends have
 * answered, so they are not in it.
 *
 * @throws InvalidArgumentError, DataFormatError.
 */
export async function estimateEvaluation(
  options: RunEvaluationOptions,
  blender: EstimatingBlender,
): Promise<{ readonly examples: number; readonly estimate: WorkEstimate }> {
  const { categories, limit = Number.POSITIVE_INFINITY, abortSignal } = options;
  const givenBlends =
    options.kind === 'blend' && areGiven(options)
      ? await Promise.all(options.blends.map((blend) => givenBlend(blender, { blend, topK: options.topK })))
      : [];
  let all = addEstimates([]);
  let examples = 0;
  for await (const item of runExamples(options)) {
    abortSignal?.throwIfAborted();
    if (!('example' in item)) continue;
    const { example } = item;
    if (categories !== undefined && !categories.includes(example.category ?? '')) continue;
    all = addEstimates([all, ...(await estimatesOf(options, example, { blender, givenBlends }))]);
    examples += 1;
    if (examples >= limit) break;
  }
  return { examples, estimate: all };
}

async function estimatesOf(
  options: RunEvaluationOptions,
  { question, candidates }: Pick<Example, 'question' | 'candidates'>,
  { blender, givenBlends }: { blender: EstimatingBlender; givenBlends: readonly GivenBlend[] },
): Promise<readonly WorkEstimate[]> {
  if (options.kind === 'blend') {
    const texts = [...new Set(candidates.map(({ text }) => text))].filter((text) => text.trim() !== '');
    const { topK: ks = [] } = options;
    const jobs = areGiven(options)
      ? givenBlends.map(({ settings, topK }) => ({ topK, job: { ...settings, models: standIns(settings, texts) } }))
      : options.blends.map((blend) => ({ topK: ks.length === 0 ? [undefined] : ks, job: { blend } }));
    return Promise.all(
      jobs.flatMap(({ topK, job }) =>
        topK.map(async (k, index) => {
          const asked = { ...question, ...job, ...(k === undefined ? {} : { topK: k }) };
          const estimate = await blender.estimateBlend(asked as Parameters<Blender['estimateBlend']>[0]);
          // Candidates are generated and ranked once for all K, and those of the data are not generated.
          if (index > 0) return without(estimate, ['generate', 'rank']);
          return areGiven(options) ? without(estimate, ['generate']) : estimate;
        }),
      ),
    );
  }
  const rankers = options.kind === 'models' ? (options.judges ?? []) : options.rankers;
  const texts = candidates.map(({ text }) => text);
  const { strategy = 'full', ...ranking } = options.ranking ?? {};
  return Promise.all(
    rankers.map((given) =>
      blender.estimateRank({
        ...question,
        candidates: texts,
        strategy,
        ...ranking,
        ranker: typeof given === 'string' ? given : given.ranker,
      } as Parameters<Blender['estimateRank']>[0]),
    ),
  );
}

/** Members whose answers are as long as texts that are there. Which model they name does not matter: they are not asked. */
function standIns(
  { models: [member] }: GivenBlend['settings'],
  texts: readonly string[],
): NonNullable<GivenBlend['settings']['models']> {
  if (member === undefined) return [];
  const model = isModelEntry(member) ? member.model : member;
  return texts.map((text) => ({ model, samples: 1, maxOutputTokens: estimateTokens(text) }));
}

/** The estimate without the calls of some phases. */
function without(estimate: WorkEstimate, phases: readonly EstimatedPhase[]): WorkEstimate {
  return toEstimate(estimate.parts.filter(({ phase }) => !phases.includes(phase)));
}
