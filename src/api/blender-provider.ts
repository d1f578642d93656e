import { existsSync } from 'node:fs';
import { NoSuchModelError, type ProviderV4 } from '@ai-sdk/provider';
import { BUILT_IN_BLENDS } from '../blend/index.ts';
import type { BlenderModelOptions } from '../model/index.ts';
import { parseRankerName } from '../spec/ranker-name.ts';
import { aFlag, anything, checkOptions } from '../util/check-options.ts';
import { createBlender, type CreateBlenderOptions } from './create-blender.ts';
import { BLENDER } from './option-tables.ts';

/** Options of {@link createBlenderProvider}: those of a blender, and how its blends are as models. */
export type CreateBlenderProviderOptions = CreateBlenderOptions &
  Pick<BlenderModelOptions, 'showProgress' | 'maxDepth'>;

/** Blends and rankers by name, for `createProviderRegistry` of the AI SDK. It owns the models that it loads. */
export interface BlenderProvider extends ProviderV4, AsyncDisposable {
  rerankingModel: NonNullable<ProviderV4['rerankingModel']>;
  /** Ends running calls with DisposedError and unloads every model. Also `await using`. */
  dispose(): Promise<void>;
}

/**
 * Makes a provider of the AI SDK: its language models are the named blends, built-in ones too, and its reranking models
 * the rankers by name.
 *
 * @throws InvalidArgumentError for an unknown option. The models throw NoSuchModelError for a name that there is not.
 * @example
 * import { createProviderRegistry, generateText } from 'ai';
 * const registry = createProviderRegistry({
 *   blender: createBlenderProvider({ blends: { mine: { models: ['openai/gpt-5-mini', 'ollama/gemma3'] } } }),
 * });
 * const { text } = await generateText({ model: registry.languageModel('blender:mine'), prompt: 'Why is the sky blue?' });
 */
export function createBlenderProvider(given: CreateBlenderProviderOptions = {}): BlenderProvider {
  checkOptions('createBlenderProvider', given, { ...BLENDER, showProgress: aFlag, maxDepth: anything });
  const { showProgress, maxDepth, ...options } = given;
  const blender = createBlender(options);
  const { blends = {}, rankers = {} } = options;
  const noModel = (modelType: NoSuchModelError['modelType'], modelId: string, message?: string) =>
    new NoSuchModelError({ modelType, modelId, ...(message === undefined ? {} : { message }) });
  return {
    specificationVersion: 'v4',
    languageModel(modelId) {
      const names = Object.keys({ ...BUILT_IN_BLENDS, ...blends });
      if (!names.includes(modelId)) {
        throw noModel('languageModel', modelId, `No such blend: ${modelId}. There are ${names.join(', ')}.`);
      }
      return blender.blenderModel({ blend: modelId, showProgress, maxDepth });
    },
    rerankingModel(modelId) {
      const isUnknown = parseRankerName(modelId).kind === 'folder' && !Object.hasOwn(rankers, modelId);
      if (isUnknown && !existsSync(modelId)) throw noModel('rerankingModel', modelId);
      return blender.rankerModel(modelId);
    },
    embeddingModel(modelId) {
      throw noModel('embeddingModel', modelId);
    },
    imageModel(modelId) {
      throw noModel('imageModel', modelId);
    },
    dispose: () => blender.dispose(),
    [Symbol.asyncDispose]: () => blender.dispose(),
  };
}
