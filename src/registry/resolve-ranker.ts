import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError } from '../error/index.ts';
import { isInProcessModel } from '../spec/in-process-model.ts';
import type { ModelObject } from '../spec/model-choice.ts';
import type { ModelProgress } from '../spec/model-progress.ts';
import type { PairRanker } from '../spec/pair-ranker.ts';
import type { JudgeEntry } from '../spec/ranker-choice.ts';
import {
  formatRankerName,
  parseRankerName,
  PUBLISHED_RANKERS,
  type RankerName,
  SHIPPED_RANKERS,
} from '../spec/ranker-name.ts';
import { closestName } from '../util/suggest.ts';
import { isSafetensorsFolder } from '../util/safetensors.ts';
import { DEFAULT_RANKER } from './defaults.ts';

/**
 * Creates a ranker from its name (see {@link RankerName}). Its weights are downloaded or quantized where needed.
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
    /** The ranker of another name, loaded once and shared. */
    share: (name: string) => Promise<PairRanker>;
    onProgress?: ((progress: ModelProgress) => void) | undefined;
    abortSignal?: AbortSignal | undefined;
  },
): Promise<PairRanker> {
  const ranker = parseRankerName(name);
  switch (ranker.kind) {
    case 'cascade':
      return createCascade(name, ranker.ranker, share);
    case 'judge':
    case 'list-judge':
      return createJudge(ranker.kind, { name, model: await resolveModel(ranker.model), modelName: ranker.model });
    case 'int8':
      // A folder may have such a name.
      return isFolder(name) ? loadFolder(name, name) : loadQuantized(name, ranker.ranker, { onProgress, abortSignal });
    case 'published':
      return loadCrossEncoder(await fetchPublished(name, { onProgress, abortSignal }), name);
    case 'shipped':
      return ranker.name === 'embedded'
        ? loadEmbedded({ onProgress, abortSignal })
        : loadTrained(shippedFolder(ranker.name), name, shippedWarning(name));
    default:
      return loadFolder(ranker.path, name);
  }
}

/** A folder that training has left, or one with a cross-encoder in the format of Hugging Face. */
async function loadFolder(folder: string, name: string): Promise<PairRanker> {
  if (!isFolder(folder)) {
    const known = [...SHIPPED_RANKERS, ...PUBLISHED_RANKERS];
    const near = closestName(name, known);
    throw new InvalidArgumentError({
      parameter: 'ranker',
      value: name,
      message: `expected ${known.join(', ')}, a folder with a trained ranker or a cross-encoder, judge:MODEL, judge-list:MODEL, or cascade:RANKER.${near === undefined ? '' : ` Did you mean ${near}?`}`,
    });
  }
  if (isSafetensorsFolder(folder)) return loadCrossEncoder(folder, name);
  return loadTrained(folder, name);
}

function shippedFolder(name: string): string {
  return fileURLToPath(new URL(`../../models/${name}`, import.meta.url));
}

/** What a ranker of this size cannot do. */
function shippedWarning(name: string): string {
  return `The ranker ${name} judges style and fit to the question, not facts. judge:MODEL, or cascade:judge:MODEL with fewer calls, knows more.`;
}

/**
 * What results say of a ranker that ships and is a network of its own, without loading it; undefined for any other. It
 * compares nothing.
 */
export function describeShipped(name: string = DEFAULT_RANKER): PairRanker | undefined {
  if (name !== DEFAULT_RANKER) return undefined;
  return {
    specificationVersion: 'v1',
    name,
    warning: shippedWarning(name),
    pointwise: true,
    doCompare: async () => {
      throw new Error(`The ranker ${name} is not loaded.`);
    },
  };
}

/** The model whose adapter ships. */
const EMBEDDED_BASE = 'local/smollm2-135m-instruct';

/** The longest prompt of the ranker has fewer tokens. */
const EMBEDDED_CONTEXT_TOKENS = 1024;

async function loadEmbedded(options: LoadOptions): Promise<PairRanker> {
  const [{ resolveWeights }, { createLocalModel }, { loadEmbeddedRanker }] = await Promise.all([
    import('../weights/index.ts'),
    import('../local/index.ts'),
    import('../rankers/embedded/index.ts'),
  ]);
  const [name, folder] = ['embedded', shippedFolder('embedded')];
  const { path } = await resolveWeights({ reference: EMBEDDED_BASE, ...options });
  const model = await createLocalModel({
    reference: EMBEDDED_BASE,
    path,
    adapterPath: join(folder, 'adapter.gguf'),
    contextTokens: EMBEDDED_CONTEXT_TOKENS,
    // Texts are read one after the other.
    maxParallelCalls: 1,
    ...options,
  });
  try {
    const rankerFolder = shippedFolder(DEFAULT_RANKER);
    return await loadEmbeddedRanker({ folder, name, model, rankerFolder, warning: shippedWarning(name) });
  } catch (error) {
    await model[Symbol.asyncDispose]();
    throw error;
  }
}

async function loadTrained(folder: string, name: string, warning?: string): Promise<PairRanker> {
  const { loadTrainedRanker } = await import('../rankers/trained/index.ts');
  return loadTrainedRanker({ folder, name, warning });
}

interface LoadOptions {
  readonly onProgress: ((progress: ModelProgress) => void) | undefined;
  readonly abortSignal: AbortSignal | undefined;
}

async function fetchPublished(reference: string, options: LoadOptions): Promise<string> {
  const { resolveWeights } = await import('../weights/index.ts');
  return (await resolveWeights({ reference, ...options })).path;
}

/** A cross-encoder whose weights are quantized to 8 bits the first time, and kept in the cache. */
async function loadQuantized(name: string, whole: RankerName, options: LoadOptions): Promise<PairRanker> {
  const isPublished = whole.kind === 'published';
  const ranker = formatRankerName(whole);
  if (!isPublished && !(isFolder(ranker) && isSafetensorsFolder(ranker))) {
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
  const { loadCrossEncoder: load } = await import('../rankers/cross-encoder/index.ts');
  return load({ folder, name });
}

/** A model in this process gives the probability of each choice; any other is asked in words. */
export async function createJudge(
  kind: 'judge' | 'list-judge',
  options: Omit<JudgeEntry, 'judge'> & {
    readonly name: string;
    readonly model: ModelObject;
    readonly modelName: string;
  },
): Promise<PairRanker> {
  const { createInProcessJudge, createListJudge, createLlmJudge } = await import('../rankers/llm-judge/index.ts');
  if (kind === 'list-judge') return createListJudge(options);
  const { model } = options;
  return isInProcessModel(model) ? createInProcessJudge({ ...options, model }) : createLlmJudge(options);
}

async function createCascade(
  name: string,
  expensive: RankerName,
  share: (name: string) => Promise<PairRanker>,
): Promise<PairRanker> {
  const expensiveName = formatRankerName(expensive);
  if (expensiveName === '' || expensiveName === DEFAULT_RANKER || expensive.kind === 'cascade') {
    throw new InvalidArgumentError({
      parameter: 'ranker',
      value: name,
      message: `expected a ranker more expensive than ${DEFAULT_RANKER} behind cascade:, such as cascade:judge:MODEL.`,
    });
  }
  const [prefilter, ranker] = await Promise.all([share(DEFAULT_RANKER), share(expensiveName)]);
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
