import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError } from '../error/index.ts';
import { isInProcessModel } from '../spec/in-process-model.ts';
import type { ModelObject } from '../spec/model-choice.ts';
import type { ModelProgress } from '../spec/model-progress.ts';
import type { PairRanker } from '../spec/pair-ranker.ts';
import type { JudgeEntry } from '../spec/ranker-choice.ts';
import { DEFAULT_RANKER } from './defaults.ts';
import { PUBLISHED_RANKERS, SHIPPED_RANKERS } from './ranker-names.ts';

/**
 * Makes a ranker from its name: one that ships with the package (`small`), the published `pairrm`, whose weights are
 * fetched where needed, a folder that training has left or that holds a cross-encoder in the format of Hugging Face,
 * either cross-encoder with `:int8` behind it for weights in 8 bits, `judge:MODEL`, which asks a model with the four
 * choices, `judge-list:MODEL`, which has it rank all at once, or `cascade:RANKER`, which prefilters by the default ranker
 * before it asks the other.
 *
 * @throws InvalidArgumentError for an unknown name, and what loading the ranker or the model throws.
 */
export async function resolveRanker(
  name: string = DEFAULT_RANKER,
  {
    resolveModel,
    share,
    onProgress,
    abortSignal,
  }: {
    resolveModel: (reference: string) => Promise<ModelObject>;
    /** The ranker behind another name, loaded once for all who ask. */
    share: (name: string) => Promise<PairRanker>;
    onProgress?: ((progress: ModelProgress) => void) | undefined;
    abortSignal?: AbortSignal | undefined;
  },
): Promise<PairRanker> {
  const expensive = /^cascade:(.*)$/s.exec(name)?.[1];
  if (expensive !== undefined) return createCascade(name, expensive, share);
  const judge = /^judge(?:-list)?:(.+)$/s.exec(name)?.[1];
  if (judge !== undefined) return createJudge(name, { model: await resolveModel(judge), modelName: judge });
  const whole = isFolder(name) ? undefined : /^(.+):int8$/s.exec(name)?.[1];
  if (whole !== undefined) return loadQuantized(name, whole, { onProgress, abortSignal });
  if (PUBLISHED_RANKERS.includes(name)) {
    return loadCrossEncoder(await fetchPublished(name, { onProgress, abortSignal }), name);
  }
  const folder = SHIPPED_RANKERS.includes(name)
    ? fileURLToPath(new URL(`../../models/${name}`, import.meta.url))
    : name;
  if (!isFolder(folder)) {
    throw new InvalidArgumentError({
      parameter: 'ranker',
      value: name,
      message: `expected ${[...SHIPPED_RANKERS, ...PUBLISHED_RANKERS].join(', ')}, a folder with a trained ranker or a cross-encoder, judge:MODEL, judge-list:MODEL, or cascade:RANKER.`,
    });
  }
  if (isCrossEncoder(folder)) return loadCrossEncoder(folder, name);
  const { EncoderRanker } = await import('../rankers/encoder/index.ts');
  return EncoderRanker.load({ folder, name });
}

interface LoadOptions {
  readonly onProgress: ((progress: ModelProgress) => void) | undefined;
  readonly abortSignal: AbortSignal | undefined;
}

async function fetchPublished(reference: string, options: LoadOptions): Promise<string> {
  const { resolveWeights } = await import('../weights/index.ts');
  return (await resolveWeights({ reference, ...options })).path;
}

/** A cross-encoder whose weights are brought to 8 bits the first time, and kept in the cache. */
async function loadQuantized(name: string, ranker: string, options: LoadOptions): Promise<PairRanker> {
  const isPublished = PUBLISHED_RANKERS.includes(ranker);
  if (!isPublished && !(isFolder(ranker) && isCrossEncoder(ranker))) {
    throw new InvalidArgumentError({
      parameter: 'ranker',
      value: name,
      message: `expected ${PUBLISHED_RANKERS.join(', ')} or a folder with a cross-encoder (model.safetensors) before :int8.`,
    });
  }
  const folder = isPublished ? await fetchPublished(ranker, options) : ranker;
  const { resolveQuantizedFolder } = await import('../weights/index.ts');
  const { quantizeCheckpoint } = await import('../rankers/cross-encoder/index.ts');
  const quantized = await resolveQuantizedFolder({
    reference: name,
    ranker,
    folder,
    quantize: (target) => quantizeCheckpoint({ ...target, folder, reference: ranker }),
    ...options,
  });
  return loadCrossEncoder(quantized, name);
}

async function loadCrossEncoder(folder: string, name: string): Promise<PairRanker> {
  const { CrossEncoderRanker } = await import('../rankers/cross-encoder/index.ts');
  return CrossEncoderRanker.load({ folder, name });
}

/** Published checkpoints have their weights in safetensors; what training leaves here has a graph. */
function isCrossEncoder(folder: string): boolean {
  return ['model.safetensors', 'model.safetensors.index.json'].some((file) => existsSync(join(folder, file)));
}

/** A model of this process returns the probability of each choice; any other replies in words. */
export async function createJudge(
  name: string,
  options: Omit<JudgeEntry, 'judge'> & { readonly model: ModelObject; readonly modelName: string },
): Promise<PairRanker> {
  const { InProcessJudge, ListJudge, LlmJudge } = await import('../rankers/llm-judge/index.ts');
  if (name.startsWith('judge-list:')) return new ListJudge({ ...options, name });
  const { model } = options;
  return isInProcessModel(model) ? new InProcessJudge({ ...options, name, model }) : new LlmJudge({ ...options, name });
}

async function createCascade(
  name: string,
  expensive: string,
  share: (name: string) => Promise<PairRanker>,
): Promise<PairRanker> {
  if (expensive === '' || expensive === DEFAULT_RANKER || expensive.startsWith('cascade:')) {
    throw new InvalidArgumentError({
      parameter: 'ranker',
      value: name,
      message: `expected a ranker more expensive than ${DEFAULT_RANKER} behind cascade:, such as cascade:judge:MODEL.`,
    });
  }
  const [prefilter, ranker] = await Promise.all([share(DEFAULT_RANKER), share(expensive)]);
  const { cascadeRanker } = await import('../rankers/cascade/index.ts');
  return cascadeRanker({ prefilter, ranker, name });
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // Whatever the reason, nothing can be read there.
    return false;
  }
}
