import { DisposedError, InvalidArgumentError } from '../error/index.ts';
import type { HttpClient, ProvidersOptions } from '../providers/index.ts';
import type { CreateGate } from '../spec/call-gate.ts';
import type { ModelProgress } from '../spec/model-progress.ts';
import { findModelAlias, type ModelAliases } from '../spec/model-alias.ts';
import { modelName, type ModelObject, type ModelReference } from '../spec/model-choice.ts';
import type { PairRanker } from '../spec/pair-ranker.ts';
import {
  expandRankerAlias,
  isJudgeEntry,
  type JudgeEntry,
  judgeOf,
  type JudgeInfo,
  type RankerAliases,
  type RankerChoice,
  rankerName,
} from '../spec/ranker-choice.ts';
import { observeRanker, recordsContent, type TelemetryOptions, type TraceObserver } from '../telemetry/index.ts';
import { raceAbort } from '../util/race-abort.ts';
import type { Environment } from '../util/environment.ts';
import { notify } from '../util/notify.ts';
import { DEFAULT_RANKER } from './defaults.ts';
import {
  CallCache,
  type CallPricing,
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
import { createJudge, describeShipped, resolveRanker } from './resolve-ranker.ts';

/** Options of {@link Resources}. */
export interface ResourcesOptions {
  /** Limits by provider. @default 64 calls in flight for each hosted provider, 8 for a server on this machine */
  readonly limits?: ProviderLimitOptions | undefined;
  /** Where the limits of a provider are kept, such as a store that several machines share. @default this process */
  readonly createGate?: CreateGate | undefined;
  /**
   * Whether answers of providers are cached in a file, and how. Models in this process are never cached.
   * @default false; the command line: true
   */
  readonly cache?: boolean | CacheOptions | undefined;
  /** Prices by name of the model, in US dollars. They override those of the built-in price list. */
  readonly prices?: PriceOptions | undefined;
  /** Called with problems that stop nothing, such as a cache that cannot be used. @default a warning of the process */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Aliases of models, with settings if need be. */
  readonly models?: ModelAliases | undefined;
  /** Aliases of rankers. */
  readonly rankers?: RankerAliases | undefined;
  /** Providers of your own, and other settings for known ones: `{ mine: { baseURL } }` makes `mine/model` a name. */
  readonly providers?: ProvidersOptions | undefined;
  /** Environment variables, for the keys and addresses of providers. @default process.env */
  readonly env?: Environment | undefined;
  /** What spans contain. Spans are created where the application has set up OpenTelemetry. */
  readonly telemetry?: TelemetryOptions | undefined;
  /** Called with each call to a model and each comparison, with prompts and replies, for debugging. */
  readonly onTrace?: TraceObserver | undefined;
  /** Called with what happens before a model can answer: weights downloaded, checked, loaded. */
  readonly onProgress?: ((progress: ModelProgress) => void) | undefined;
}

/**
 * Owns what is expensive: loaded models, rankers, and the queues of the providers. Each name is loaded once and shared;
 * a failed load is dropped, so that the next call tries again.
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
  #client: Promise<HttpClient> | undefined;

  /** @throws InvalidArgumentError for a limit, price or cache that cannot be used. */
  constructor({
    limits,
    createGate,
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
      limits: new ProviderLimits(limits, createGate),
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
   * The model of a name, or a model object, with the policies of calls (see CallPolicies). The load is shared: one
   * caller's abort ends that caller's wait, and the load itself stops only when this is disposed.
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

  /** The ranker of a name, or a ranker object. */
  async resolveRanker(
    reference: RankerChoice | undefined,
    { abortSignal }: { abortSignal?: AbortSignal | undefined } = {},
  ): Promise<PairRanker> {
    const ranker = await this.#findRanker(reference, abortSignal);
    return this.#onTrace === undefined ? ranker : observeRanker(ranker, this.#onTrace);
  }

  /** What is known of a ranker that ships before it is loaded; undefined for any other. It compares nothing. */
  describeRanker(given: RankerChoice | undefined): PairRanker | undefined {
    const reference = expandRankerAlias(this.#rankerAliases, given);
    return typeof reference === 'object' ? undefined : describeShipped(reference);
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

  /** The language model that a ranker calls, as far as its name or entry shows; undefined where it calls none. */
  judgeOf(ranker: RankerChoice | undefined): JudgeInfo | undefined {
    return judgeOf(ranker, this.#rankerAliases);
  }

  /** What calls to a model cost, found by its name, without loading it; undefined where the price is not known. */
  async findPricing(reference: ModelReference): Promise<CallPricing | undefined> {
    const alias = typeof reference === 'string' ? findModelAlias(this.#modelAliases, reference) : undefined;
    if (alias !== undefined) return this.findPricing(alias.model);
    const { prices } = this.#policies;
    return typeof reference === 'string' ? prices.findByName(reference) : prices.find(reference, modelName(reference));
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

  /** Not shared: it owns nothing but the model, which is shared. */
  async #judge({ judge, ...settings }: JudgeEntry): Promise<PairRanker> {
    const model = await this.resolveModel(judge);
    return createJudge('judge', { name: rankerName({ judge }), model, modelName: modelName(judge), ...settings });
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
    await Promise.all([
      this.#cache?.[Symbol.asyncDispose](),
      ...rankers.map((load) => (load.status === 'fulfilled' ? disposeRanker(load.value) : undefined)),
      ...models.map((load) => (load.status === 'fulfilled' ? load.value.dispose() : undefined)),
    ]);
    // Where none could be made, the calls have said why.
    const client = await this.#client?.catch(() => undefined);
    await client?.[Symbol.asyncDispose]();
  }

  async #createClient(): Promise<HttpClient> {
    const { HttpClient } = await import('../providers/chat-completions/index.ts');
    return new HttpClient({ env: this.#env });
  }

  /** The same object for the same model, so that identical calls in flight are shared. */
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
        openClient: () => (this.#client ??= this.#createClient()),
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

/** The resources of the functions called on their own, shared by all of them and living as long as the process. */
export function sharedResources(): Resources {
  shared ??= new Resources();
  return shared;
}
