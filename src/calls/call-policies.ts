import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { type InProcessModel, isInProcessModel, wrapModel } from '../spec/in-process-model.ts';
import { type ModelObject, modelName } from '../spec/model-choice.ts';
import { observeModel, type ObserveModelOptions, observeSavedCalls } from '../telemetry/index.ts';
import { cacheCalls } from './cache-calls.ts';
import type { CallCache } from './call-cache.ts';
import { callKey } from './call-key.ts';
import type { CallScope } from './call-scope.ts';
import { scoreInScope } from './in-process-scope.ts';
import { meterCalls } from './meter-calls.ts';
import { modelEndpoint } from './model-endpoint.ts';
import { PriceBook } from './price-book.ts';
import { ProviderLimits } from './provider-limits.ts';
import { retryCalls } from './retry-calls.ts';
import { Flights, shareCalls } from './share-calls.ts';
import { withStreaming } from './with-streaming.ts';
import { WatchGroup } from './watch-group.ts';

/** Makes a model for one scope out of the one behind it. */
type Scoper = (scope: CallScope) => ModelObject;

/** By model with policies: how to make it for another scope. */
const scopers = new WeakMap<object, Scoper>();

/**
 * What holds for every call to a language model. From the outside in: identical calls under way are shared, answers of
 * earlier ones come from the cache, failures that may pass are tried again, and each attempt is metered: the budget
 * sets its cost aside, it waits for its place at the provider, the answer's clock runs, and what it took is counted.
 * Innermost, the attempt has its span and its record; outermost, an answer that took no attempt has a record.
 */
export class CallPolicies {
  readonly limits: ProviderLimits;
  readonly prices: PriceBook;
  readonly #cache: CallCache | undefined;
  readonly #observing: ObserveModelOptions;

  constructor({
    limits = new ProviderLimits(),
    prices = new PriceBook(),
    cache,
    observing = { recordContent: false },
  }: {
    limits?: ProviderLimits;
    prices?: PriceBook;
    cache?: CallCache | undefined;
    observing?: ObserveModelOptions;
  } = {}) {
    this.limits = limits;
    this.prices = prices;
    this.#cache = cache;
    this.#observing = observing;
  }

  /** The model with everything that holds for its calls. Models in this process keep their further methods. */
  apply(
    model: ModelObject,
    {
      name = modelName(model),
      endpoint = modelEndpoint(model),
    }: {
      /** As the caller named it. */
      name?: string | undefined;
      /** Where it is served. @default what the model's settings say */
      endpoint?: string | undefined;
    } = {},
  ): LanguageModelV4 {
    const flights = new Flights();
    const observed = observeModel(withStreaming(model), this.#observing, name);
    const scoper = (scope: CallScope | undefined): LanguageModelV4 => {
      const scoped = this.#wrap({ model, observed, name, endpoint, flights, scope });
      scopers.set(scoped, scoper);
      return scoped;
    };
    return scoper(undefined);
  }

  #wrap({
    model,
    observed,
    name,
    endpoint,
    flights,
    scope,
  }: {
    model: ModelObject;
    /** The same, with its calls observed. */
    observed: ModelObject;
    name: string;
    endpoint: string | undefined;
    flights: Flights;
    scope: CallScope | undefined;
  }): LanguageModelV4 {
    const { sample = 1, maxRetries = 0, ledger } = scope ?? {};
    const keyOf = (kind: 'generate' | 'stream', params: LanguageModelV4CallOptions) => {
      // A caller who names no scope may well want two answers to one question: only what would be the same is shared.
      const isSame = scope !== undefined || params.temperature === 0 || params.seed !== undefined;
      return isSame
        ? callKey({ kind, provider: model.provider, modelId: model.modelId, endpoint, sample }, params)
        : undefined;
    };
    const watches = new WatchGroup();
    const common = { model, name, prices: this.prices, limits: this.limits, watch: watches };
    const middleware = [
      ...(this.#observing.onTrace === undefined ? [] : [observeSavedCalls(name, this.#observing.onTrace)]),
      shareCalls({ flights, keyOf, watches, scope: scope ?? {} }),
      ...(this.#cache === undefined || isInProcessModel(model)
        ? []
        : [cacheCalls({ cache: this.#cache, keyOf, ledger, watches })]),
      retryCalls({ maxRetries }),
      meterCalls({ ...common, scope: scope ?? {} }),
    ];
    return wrapModel(observed, middleware, (inProcess) => scoreInScope(inProcess, { name, scope: scope ?? {} }));
  }
}

/** A model with policies in another form, such as with settings of its own; it keeps its scopes. */
export function reshapeModel(model: ModelObject, reshape: (model: ModelObject) => ModelObject): ModelObject {
  const reshaped = reshape(model);
  const scoper = scopers.get(model);
  if (scoper !== undefined && reshaped !== model) scopers.set(reshaped, (scope) => reshape(scoper(scope)));
  return reshaped;
}

/**
 * The same model for one piece of work: its sample, retries, budget and ledger. A model without policies gets those that
 * need no owner.
 */
export function scopeModel(model: InProcessModel, scope: CallScope): InProcessModel;
export function scopeModel(model: ModelObject, scope: CallScope): ModelObject;
export function scopeModel(model: ModelObject, scope: CallScope): ModelObject {
  const scoper = scopers.get(model);
  if (scoper !== undefined) return scoper(scope);
  const applied = new CallPolicies().apply(model);
  return scopeModel(applied, scope);
}
