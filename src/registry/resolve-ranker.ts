import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError } from '../error/index.ts';
import { isInProcessModel } from '../spec/in-process-model.ts';
import type { ModelObject } from '../spec/model-choice.ts';
import type { PairRanker } from '../spec/pair-ranker.ts';
import { DEFAULT_RANKER } from './defaults.ts';

/** The rankers that ship with the package, by name: `models/` beside `src/` and `dist/`. */
const SHIPPED = new Set(['small']);

/**
 * Makes a ranker from its name: one that ships with the package (`small`), a folder that training has left,
 * `judge:MODEL`, which asks a model with the four choices, or `cascade:RANKER`, which screens by the default ranker
 * before it asks the other.
 *
 * @throws InvalidArgumentError for an unknown name, and what loading the ranker or the model throws.
 */
export async function resolveRanker(
  name: string = DEFAULT_RANKER,
  {
    resolveModel,
    share,
  }: {
    resolveModel: (reference: string) => Promise<ModelObject>;
    /** The ranker behind another name, loaded once for all who ask. */
    share: (name: string) => Promise<PairRanker>;
  },
): Promise<PairRanker> {
  const dear = /^cascade:(.*)$/s.exec(name)?.[1];
  if (dear !== undefined) return createCascade(name, dear, share);
  const judge = /^judge:(.+)$/s.exec(name)?.[1];
  if (judge !== undefined) return createJudge(name, await resolveModel(judge));
  const folder = SHIPPED.has(name) ? fileURLToPath(new URL(`../../models/${name}`, import.meta.url)) : name;
  if (!isFolder(folder)) {
    throw new InvalidArgumentError({
      parameter: 'ranker',
      value: name,
      message: `expected ${[...SHIPPED].join(', ')}, a folder with a trained ranker, judge:MODEL, or cascade:RANKER.`,
    });
  }
  const { EncoderRanker } = await import('../rankers/encoder/index.ts');
  return EncoderRanker.load({ folder, name });
}

async function createJudge(name: string, model: ModelObject): Promise<PairRanker> {
  if (!isInProcessModel(model)) {
    throw new InvalidArgumentError({
      parameter: 'ranker',
      value: name,
      message: 'this judge scores its choices by probability, which only models of local/ can do.',
    });
  }
  const { LlmJudge } = await import('../rankers/llm-judge/index.ts');
  return new LlmJudge({ model, name });
}

async function createCascade(
  name: string,
  dear: string,
  share: (name: string) => Promise<PairRanker>,
): Promise<PairRanker> {
  if (dear === '' || dear === DEFAULT_RANKER || dear.startsWith('cascade:')) {
    throw new InvalidArgumentError({
      parameter: 'ranker',
      value: name,
      message: `expected a ranker dearer than ${DEFAULT_RANKER} behind cascade:, such as cascade:judge:MODEL.`,
    });
  }
  const [screen, ranker] = await Promise.all([share(DEFAULT_RANKER), share(dear)]);
  const { cascadeRanker } = await import('../rankers/cascade/index.ts');
  return cascadeRanker({ screen, ranker, name });
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // Whatever the reason, nothing can be read there.
    return false;
  }
}
