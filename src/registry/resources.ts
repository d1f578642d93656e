import { DisposedError, InvalidArgumentError } from '../error/index.ts';
import type { ProvidersOptions } from '../providers/index.ts';
import type { ModelProgress } from '../spec/model-progress.ts';
import { findModelAlias, type ModelAliases } from '../spec/model-alias.ts';
import { modelName, type ModelObject, type ModelReference } from '../spec/model-choice.ts';
import type { PairRanker } from '../spec/pair-ranker.ts';
import { expandRankerAlias, type RankerAliases } from '../spec/ranker-alias.ts';
import { isJudgeEntry, type JudgeEntry, type RankerChoice, rankerName } from '../spec/ranker-choice.ts';
import { observeRanker, recordsContent, type TelemetryOptions, type TraceObserver } from '../telemetry/index.ts';
import { raceAbort } from '../util/race-abort.ts';
import type { Environment } from '../util/environment.ts';
import { notify } from '../util/notify.ts';
import { DEFAULT_RANKER } from './defaults.ts';
import {
  CallCache,
  type CacheOptions,
  CallPolicies,
  PolicyModel,
  PriceBook,
  type PriceOptions,
  type ProviderLimitOptions,
  ProviderLimits,
} from '../calls/index.ts';
import { locateCallCache } from './call-cache-file.ts';
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
  /** Names of your own for models, with settings if need be. */
  readonly models?: ModelAliases | undefined;
  /** Names of your own for rankers. */
  readonly rankers?: RankerAliases | undefined;
  /** Providers of your own, and other settings for known ones: `{ mine: { baseURL } }` makes `mine/model` a name. */
  readonly providers?: ProvidersOptions | undefined;
  /** Environment variables, for the keys and addresses of providers. @default process.env */
  readonly env?: Environment | undefined;
  /** What spans hold. They are made where the application has set up OpenTelemetry. */
  readonly telemetry?: TelemetryOptions | undefined;
  /** Told of each call to a model and of each comparison, with prompts and replies, for debugging. */
  readonly onTrace?: TraceObserver | undefined;
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
  readonly #providers: ProvidersOptions | undefined;
  readonly #env: Environment;
  readonly #onProgress: ResourcesOptions['onProgress'];
  readonly #onTrace: TraceObserver | undefined;
  readonly #modelAliases: ModelAliases;
  readonly #rankerAliases: RankerAliases;
  readonly #models = new Map<string, Promise<LoadedModel>>();
  readonly #rankers = new Map<string, Promise<PairRanker>>();
  readonly #applied = new WeakMap<ModelObject, PolicyModel>();
  readonly #closing = new AbortController();

  /** @throws InvalidArgumentError for a limit, price or cache that cannot be used. */
  constructor({
    limits,
    cache,
    prices,
    models = {},
    rankers = {},
    providers,
    env = process.env,
    telemetry = {},
    onTrace,
    onProgress,
    onWarning = warnProcess,
  }: ResourcesOptions = {}) {
    this.#cache =
      cache === undefined || cache === false
        ? undefined
        : new CallCache({
            ...(cache === true ? {} : cache),
            onWarning,
            findDefaultPath: () => locateCallCache({ env }),
          });
    this.#policies = new CallPolicies({
      limits: new ProviderLimits(limits),
      prices: new PriceBook(prices),
      cache: this.#cache,
      observing: { onTrace, recordContent: recordsContent(telemetry, env) },
    });
    this.#modelAliases = models;
    this.#rankerAliases = rankers;
    this.#providers = providers;
    this.#env = env;
    this.#onTrace = onTrace;
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
  ): Promise<PolicyModel> {
    await this.#cache?.locate();
    if (typeof reference !== 'string') return this.#withPolicies(reference, {});
    const alias = findModelAlias(this.#modelAliases, reference);
    if (alias !== undefined) {
      const model = await this.resolveModel(alias.model, { abortSignal });
      return model.withDefaults(alias);
    }
    const { model, endpoint } = await raceAbort(this.#load(reference), abortSignal);
    return this.#withPolicies(model, { name: reference, endpoint });
  }

  /** The ranker behind a name, or a ranker object. */
  async resolveRanker(
    reference: RankerChoice | undefined,
    { abortSignal }: { abortSignal?: AbortSignal | undefined } = {},
  ): Promise<PairRanker> {
    const ranker = await this.#findRanker(reference, abortSignal);
    return this.#onTrace === undefined ? ranker : observeRanker(ranker, this.#onTrace);
  }

  async #findRanker(given: RankerChoice | undefined, abortSignal?: AbortSignal): Promise<PairRanker> {
    const reference = expandRankerAlias(this.#rankerAliases, given);
    if (isJudgeEntry(reference)) return raceAbort(this.#judge(reference), abortSignal);
    if (typeof reference === 'object') {
      if (typeof reference.doCompare !== 'function') {
        throw new InvalidArgumentError({
          parameter: 'ranker',
          value: reference,
          message: 'expected a name, an object with doCompare, or { judge }.',
        });
      }
      return reference;
    }
    return raceAbort(
      this.#shared(this.#rankers, reference ?? DEFAULT_RANKER, () =>
        this.#makeRanker(reference, (model) => this.resolveModel(model)),
      ),
      abortSignal,
    );
  }

  /** True where the price of calls to the model is known. */
  async hasPrice(
    reference: ModelReference,
    { abortSignal }: { abortSignal?: AbortSignal | undefined } = {},
  ): Promise<boolean> {
    const alias = typeof reference === 'string' ? findModelAlias(this.#modelAliases, reference) : undefined;
    if (alias !== undefined) return this.hasPrice(alias.model, { abortSignal });
    const model =
      typeof reference === 'string' ? (await raceAbort(this.#load(reference), abortSignal)).model : reference;
    return (await this.#policies.prices.find(model, modelName(reference))) !== undefined;
  }

  /** Not shared: it holds nothing but the model, which is. */
  async #judge({ judge, ...settings }: JudgeEntry): Promise<PairRanker> {
    const model = (await this.resolveModel(judge)).withDefaults(settings);
    return this.#makeRanker(rankerName({ judge }), async () => model);
  }

  #makeRanker(
    name: string | undefined,
    resolveModel: (reference: string) => Promise<ModelObject>,
  ): Promise<PairRanker> {
    return resolveRanker(name, {
      resolveModel,
      share: (other) => this.#findRanker(other),
      onProgress: (progress) => notify(this.#onProgress, progress),
      abortSignal: this.#closing.signal,
    });
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
  #withPolicies(model: ModelObject, known: Parameters<CallPolicies['apply']>[1]): PolicyModel {
    if (model instanceof PolicyModel) return model;
    let applied = this.#applied.get(model);
    if (applied === undefined) {
      applied = this.#policies.apply(model, known);
      this.#applied.set(model, applied);
    }
    return applied;
  }

  #load(reference: string): Promise<LoadedModel> {
    return this.#shared(this.#models, reference, () =>
      loadModel(reference, {
        providers: this.#providers,
        env: this.#env,
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

function warnProcess(message: string): void {
  process.emitWarning(message, { type: 'LlmBlenderWarning' });
}

let shared: Resources | undefined;

/** The resources of the verbs called on their own, shared by all of them and living as long as the process. */
export function sharedResources(): Resources {
  shared ??= new Resources();
  return shared;
}
