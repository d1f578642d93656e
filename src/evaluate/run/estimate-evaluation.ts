import type { Blender } from '../../api/index.ts';
import { addEstimates, type WorkEstimate } from '../../estimate/index.ts';
import type { RunEvaluationOptions } from '../evaluate.ts';
import type { Example } from '../data/example.ts';
import { readExamples } from '../data/read-examples.ts';

/**
 * What an evaluation would take. Nothing is sent or written. Of judges of blends nothing is known before the blends have
 * answered, so they are not in it.
 *
 * @throws InvalidArgumentError, DataFormatError.
 */
export async function estimateEvaluation(
  options: RunEvaluationOptions,
  blender: Pick<Blender, 'estimateRank' | 'estimateBlend'>,
): Promise<{ readonly examples: number; readonly estimate: WorkEstimate }> {
  const {
    sources,
    map,
    dataSets,
    categories,
    limit = Number.POSITIVE_INFINITY,
    kind,
    abortSignal,
    onWarning,
  } = options;
  let all = addEstimates([]);
  let examples = 0;
  for await (const item of readExamples({ sources, map, dataSets, promptsOnly: kind === 'blend', onWarning })) {
    abortSignal?.throwIfAborted();
    if (!('example' in item)) continue;
    const { example } = item;
    if (categories !== undefined && !categories.includes(example.category ?? '')) continue;
    all = addEstimates([all, ...(await estimatesOf(options, example, blender))]);
    examples += 1;
    if (examples >= limit) break;
  }
  return { examples, estimate: all };
}

async function estimatesOf(
  options: RunEvaluationOptions,
  { question, candidates }: Pick<Example, 'question' | 'candidates'>,
  blender: Pick<Blender, 'estimateRank' | 'estimateBlend'>,
): Promise<readonly WorkEstimate[]> {
  if (options.kind === 'blend') {
    const { blends, topK = [undefined] } = options;
    const jobs = blends.flatMap((blend) =>
      (topK.length === 0 ? [undefined] : topK).map((k) => ({ blend, ...(k === undefined ? {} : { topK: k }) })),
    );
    return Promise.all(
      jobs.map((job) => blender.estimateBlend({ ...question, ...job } as Parameters<Blender['estimateBlend']>[0])),
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
