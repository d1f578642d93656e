import { DisposedError, InvalidArgumentError } from '../error/index.ts';
import type { ModelProgress } from '../spec/model-progress.ts';
import { modelName, type ModelObject, type ModelReference } from '../spec/model-choice.ts';
import type { PairRanker } from '../spec/pair-ranker.ts';
import { raceAbort } from '../util/race-abort.ts';
import { notify } from '../util/notify.ts';
import { DEFAULT_RANKER } from './defaults.ts';
import {
  CallCache,
  cacheFile,
  type CacheOptions,
  CallPolicies,
  PriceBook,
  type PriceOptions,
  type ProviderLimitOptions,
  ProviderLimits,
} from '../calls/index.ts';
import { type LoadedModel, loadModel } from './resolve-model.ts';
import { resolveRanker } from './resolve-ranker.ts';

/** Options of {@link Resources}. */
export interface ResourcesOptions {
  /** Limits by provider. @default 8 calls in flight for each */
  readonly limits?: ProviderLimitOptions | undefined;
  /**
   * Whether answers of providers are kept in a file and given again for the same question, and how. Models in this
   * process are always asked. @default false; the command line: true
   */
  readonly cache?: boolean | CacheOptions | undefined;
  /** Prices by name of the model, in US dollars. They come before those of the price list that comes along. */
  readonly prices?: PriceOptions | undefined;
  /** Told of trouble that ends nothing, such as a cache that cannot be used. @default a warning of the process */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Told what happens before a model can answer: weights fetched, checked, loaded. */
  readonly onProgress?: ((progress: ModelProgress) => void) | undefined;
}

/**
 * Owns what is expensive: loaded models, rankers, and the queues of the providers. Names are resolved once and shared;
 * a failed load is forgotten, so that the next call tries again.
 */
export class Resources implements AsyncDisposable {
  readonly #policies: CallPolicies;
  readonly #cache: CallCache | undefined;
  readonly #onProgress: ResourcesOptions['onProgress'];
  readonly #models = new Map<string, Promise<LoadedModel>>();
  readonly #rankers = new Map<string, Promise<PairRanker>>();
  readonly #applied = new WeakMap<ModelObject, ModelObject>();
  readonly #closing = new AbortController();

  /** @throws InvalidArgumentError for a limit, price or cache that cannot be used. */
  constructor({ limits, cache, prices, onProgress, onWarning = warnProcess }: ResourcesOptions = {}) {
    this.#cache =
      cache === undefined || cache === false
        ? undefined
        : new CallCache({ ...(cache === true ? {} : cache), onWarning, findDefaultPath });
    this.#policies = new CallPolicies({
      limits: new ProviderLimits(limits),
      prices: new PriceBook(prices),
      cache: this.#cache,
    });
    this.#onProgress = onProgress;
  }

  /** Aborts with DisposedError when this is disposed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /**
   * The model behind a name, or a model object, with what holds for every call (see CallPolicies). The load is shared by all who ask: one caller's
   * abort ends that caller's wait, and the load itself stops only when the owner is disposed.
   */
  async resolveModel(
    reference: ModelReference,
    { abortSignal }: { abortSignal?: AbortSignal | undefined } = {},
  ): Promise<ModelObject> {
    await this.#cache?.locate();
    if (typeof reference !== 'string') return this.#withPolicies(reference, modelName(reference));
    const { model } = await raceAbort(this.#load(reference), abortSignal);
    return this.#withPolicies(model, reference);
  }

  /** The ranker behind a name; a ranker object is returned as it is. */
  async resolveRanker(
    reference: PairRanker | string | undefined,
    { abortSignal }: { abortSignal?: AbortSignal | undefined } = {},
  ): Promise<PairRanker> {
    if (typeof reference === 'object') {
      if (typeof reference.doCompare !== 'function') {
        throw new InvalidArgumentError({
          parameter: 'ranker',
          value: reference,
          message: 'expected a name or an object with doCompare.',
        });
      }
      return reference;
    }
    return raceAbort(
      this.#shared(this.#rankers, reference ?? DEFAULT_RANKER, () =>
        resolveRanker(reference, {
          resolveModel: (model) => this.resolveModel(model),
          share: (name) => this.resolveRanker(name),
          onProgress: (progress) => notify(this.#onProgress, progress),
          abortSignal: this.#closing.signal,
        }),
      ),
      abortSignal,
    );
  }

  /** True where the price of calls to the model is known. */
  async hasPrice(reference: ModelReference, options: { abortSignal?: AbortSignal | undefined }): Promise<boolean> {
    const model =
      typeof reference === 'string' ? (await raceAbort(this.#load(reference), options.abortSignal)).model : reference;
    return (await this.#policies.prices.find(model, modelName(reference))) !== undefined;
  }

  /** Unloads everything. Calls that still run end with DisposedError. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new DisposedError({ what: 'The blender' }));
    const rankers = await Promise.allSettled(this.#rankers.values());
    const models = await Promise.allSettled(this.#models.values());
    this.#rankers.clear();
    this.#models.clear();
    this.#cache?.[Symbol.dispose]();
    await Promise.all([
      ...rankers.map((load) => (load.status === 'fulfilled' ? disposeRanker(load.value) : undefined)),
      ...models.map((load) => (load.status === 'fulfilled' ? load.value.dispose() : undefined)),
    ]);
  }

  /** The same object for the same model, so that its calls under way are shared by all who ask. */
  #withPolicies(model: ModelObject, name: string): ModelObject {
    let applied = this.#applied.get(model);
    if (applied === undefined) {
      applied = this.#policies.apply(model, name);
      this.#applied.set(model, applied).set(applied, applied);
    }
    return applied;
  }

  #load(reference: string): Promise<LoadedModel> {
    return this.#shared(this.#models, reference, () =>
      loadModel(reference, {
        abortSignal: this.#closing.signal,
        onProgress: (progress) => notify(this.#onProgress, progress),
      }),
    );
  }

  async #shared<VALUE>(map: Map<string, Promise<VALUE>>, key: string, create: () => Promise<VALUE>): Promise<VALUE> {
    this.#closing.signal.throwIfAborted();
    let pending = map.get(key);
    if (pending === undefined) {
      pending = create();
      map.set(key, pending);
      pending.catch(() => map.delete(key));
    }
    return pending;
  }
}

async function disposeRanker(ranker: PairRanker): Promise<void> {
  if (Symbol.asyncDispose in ranker) await (ranker as PairRanker & AsyncDisposable)[Symbol.asyncDispose]();
}

async function findDefaultPath(): Promise<string> {
  const { resolveCacheDirectory } = await import('../weights/cache-directory.ts');
  return cacheFile(resolveCacheDirectory());
}

function warnProcess(message: string): void {
  process.emitWarning(message, { type: 'LlmBlenderWarning' });
}

let shared: Resources | undefined;

/** The resources of the verbs called on their own, shared by all of them and living as long as the process. */
export function sharedResources(): Resources {
  shared ??= new Resources();
  return shared;
}
