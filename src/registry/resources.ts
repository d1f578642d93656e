import { DisposedError, InvalidArgumentError } from '../error/index.ts';
import type { ProvidersOptions } from '../providers/index.ts';
import type { ModelProgress } from '../spec/model-progress.ts';
import { findModelAlias, type ModelAliases } from '../spec/model-alias.ts';
import type { ModelObject, ModelReference } from '../spec/model-choice.ts';
import type { PairRanker } from '../spec/pair-ranker.ts';
import { expandRankerAlias, type RankerAliases } from '../spec/ranker-alias.ts';
import { isJudgeEntry, type JudgeEntry, type RankerChoice, rankerName } from '../spec/ranker-choice.ts';
import {
  observeModel,
  type ObserveModelOptions,
  observeRanker,
  recordsContent,
  type TelemetryOptions,
  type TraceObserver,
} from '../telemetry/index.ts';
import { raceAbort } from '../util/race-abort.ts';
import type { Environment } from '../util/environment.ts';
import { notify } from '../util/notify.ts';
import { withDefaultSettings } from './with-default-settings.ts';
import { DEFAULT_RANKER } from './defaults.ts';
import { ProviderLimits, type ProviderLimitOptions } from '../calls/index.ts';
import { type LoadedModel, loadModel } from './resolve-model.ts';
import { resolveRanker } from './resolve-ranker.ts';

/** Options of {@link Resources}. */
export interface ResourcesOptions {
  /** Limits by provider. @default 8 calls in flight for each */
  readonly limits?: ProviderLimitOptions | undefined;
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
  readonly limits: ProviderLimits;
  readonly #providers: ProvidersOptions | undefined;
  readonly #env: Environment;
  readonly #onProgress: ResourcesOptions['onProgress'];
  readonly #observing: ObserveModelOptions;
  readonly #observed = new WeakMap<ModelObject, ModelObject>();
  readonly #modelAliases: ModelAliases;
  readonly #rankerAliases: RankerAliases;
  readonly #models = new Map<string, Promise<LoadedModel>>();
  readonly #rankers = new Map<string, Promise<PairRanker>>();
  readonly #closing = new AbortController();

  constructor({
    limits,
    models = {},
    rankers = {},
    providers,
    env = process.env,
    telemetry = {},
    onTrace,
    onProgress,
  }: ResourcesOptions = {}) {
    this.#modelAliases = models;
    this.#rankerAliases = rankers;
    this.limits = new ProviderLimits(limits);
    this.#providers = providers;
    this.#env = env;
    this.#observing = { onTrace, recordContent: recordsContent(telemetry, env) };
    this.#onProgress = onProgress;
  }

  /** Aborts with DisposedError when this is disposed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /**
   * The model behind a name; a model object is returned as it is. The load is shared by all who ask: one caller's
   * abort ends that caller's wait, and the load itself stops only when the owner is disposed.
   */
  async resolveModel(
    reference: ModelReference,
    { abortSignal }: { abortSignal?: AbortSignal | undefined } = {},
  ): Promise<ModelObject> {
    if (typeof reference !== 'string') return this.#observe(reference);
    const alias = findModelAlias(this.#modelAliases, reference);
    if (alias !== undefined) {
      const model = await this.resolveModel(alias.model, { abortSignal });
      return withDefaultSettings(model, alias);
    }
    const loaded = await raceAbort(this.#load(reference), abortSignal);
    return this.#observe(loaded.model, reference);
  }

  /** The ranker behind a name, or a ranker object. */
  async resolveRanker(
    reference: RankerChoice | undefined,
    { abortSignal }: { abortSignal?: AbortSignal | undefined } = {},
  ): Promise<PairRanker> {
    const ranker = await this.#findRanker(reference, abortSignal);
    const { onTrace } = this.#observing;
    return onTrace === undefined ? ranker : observeRanker(ranker, onTrace);
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

  /** Not shared: it holds nothing but the model, which is. */
  async #judge({ judge, ...settings }: JudgeEntry): Promise<PairRanker> {
    const model = withDefaultSettings(await this.resolveModel(judge), settings);
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
    await Promise.all([
      ...rankers.map((load) => (load.status === 'fulfilled' ? disposeRanker(load.value) : undefined)),
      ...models.map((load) => (load.status === 'fulfilled' ? load.value.dispose() : undefined)),
    ]);
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

  #observe(model: ModelObject, name?: string): ModelObject {
    let observed = this.#observed.get(model);
    if (observed === undefined) {
      observed = observeModel(model, this.#observing, name);
      this.#observed.set(model, observed).set(observed, observed);
    }
    return observed;
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

let shared: Resources | undefined;

/** The resources of the verbs called on their own, shared by all of them and living as long as the process. */
export function sharedResources(): Resources {
  shared ??= new Resources();
  return shared;
}
