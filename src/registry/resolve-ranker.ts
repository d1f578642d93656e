import { InvalidArgumentError } from '../error/index.ts';
import { isInProcessModel } from '../spec/in-process-model.ts';
import type { ModelObject } from '../spec/model-choice.ts';
import type { PairRanker } from '../spec/pair-ranker.ts';
import { DEFAULT_RANKER } from './defaults.ts';

/**
 * Makes a ranker from its name. `judge:MODEL` asks a model with the four choices.
 *
 * @throws InvalidArgumentError for an unknown name, and what loading the model throws.
 */
export async function resolveRanker(
  name: string = DEFAULT_RANKER,
  { resolveModel }: { resolveModel: (reference: string) => Promise<ModelObject> },
): Promise<PairRanker> {
  const judge = /^judge:(.+)$/s.exec(name)?.[1];
  if (judge === undefined) {
    throw new InvalidArgumentError({
      parameter: 'ranker',
      value: name,
      message: `expected judge:MODEL, such as ${DEFAULT_RANKER}.`,
    });
  }
  const [model, { LlmJudge }] = await Promise.all([resolveModel(judge), import('../rankers/llm-judge/index.ts')]);
  if (!isInProcessModel(model)) {
    throw new InvalidArgumentError({
      parameter: 'ranker',
      value: name,
      message: 'this judge scores its choices by probability, which only models of local/ can do.',
    });
  }
  return new LlmJudge({ model, name });
}
