import { ModelNotFoundError } from '../error/index.ts';
import type { HttpClient, ProvidersOptions } from '../providers/index.ts';
import type { ModelProgress } from '../spec/model-progress.ts';
import type { ModelObject } from '../spec/model-choice.ts';
import type { Environment } from '../util/environment.ts';

/** A model, and how to release it. */
export interface LoadedModel {
  readonly model: ModelObject;
  /** Where it is served; undefined for a model in this process. */
  readonly endpoint?: string | undefined;
  dispose(): Promise<void>;
}

/**
 * Creates a model from its name, `provider/name`. Providers are imported when named: importing this package loads no
 * native code and no provider package.
 *
 * @throws ModelNotFoundError, WeightsUnavailableError, ModelLoadError, MissingDependencyError, MissingKeyError,
 * InvalidArgumentError.
 */
export async function loadModel(
  reference: string,
  {
    providers,
    env,
    openClient,
    abortSignal,
    onProgress,
  }: {
    providers?: ProvidersOptions | undefined;
    env: Environment;
    /** Connections that all providers share. */
    openClient: () => Promise<HttpClient>;
    abortSignal: AbortSignal;
    onProgress: (progress: ModelProgress) => void;
  },
): Promise<LoadedModel> {
  const provider = reference.split('/', 1)[0];
  switch (provider) {
    case 'local': {
      const [{ parseModelReference, resolveWeights }, { createLocalModel }] = await Promise.all([
        import('../weights/index.ts'),
        import('../local/index.ts'),
      ]);
      if (parseModelReference(reference).type === 'ranker') {
        throw new ModelNotFoundError({
          reference,
          hint: 'This is a ranker, which does not answer: pass it as ranker',
        });
      }
      const { path } = await resolveWeights({ reference, onProgress, abortSignal });
      const model = await createLocalModel({ reference, path, onProgress, abortSignal });
      return { model, dispose: async () => model[Symbol.asyncDispose]() };
    }
    default: {
      const { loadProviderModel } = await import('../providers/index.ts');
      return { ...(await loadProviderModel(reference, { providers, env, openClient })), dispose: async () => {} };
    }
  }
}
