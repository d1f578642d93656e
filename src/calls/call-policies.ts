import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamResult,
} from '@ai-sdk/provider';
import { wrapLanguageModel } from 'ai';
import { type BatchAccess, batchAccessOf } from '../spec/batch-access.ts';
import { isBlendModel } from '../spec/blend-provider.ts';
import { type InProcessModel, isInProcessModel, type ScoreContinuationsOptions } from '../spec/in-process-model.ts';
import {
  type GenerationSettings,
  mergeProviderOptions,
  type ModelObject,
  modelName,
  pickSettings,
} from '../spec/model-choice.ts';
import { observeScoring } from '../telemetry/index.ts';
import { definedOnly } from '../util/defined-only.ts';
import { raceAbort } from '../util/race-abort.ts';
import { batchCalls } from './batch/batch-calls.ts';
import { trackCalls } from './batch/track-calls.ts';
import { cacheCalls } from './cache/cache-calls.ts';
import { type Call, type CallPolicy, CallProgress, type CallScope, type CallTarget } from './call.ts';
import type { CallCache } from './cache/call-cache.ts';
import { callKey, scoringKey } from './share/call-key.ts';
import type { CallReply, StreamReply } from './call-reply.ts';
import { hideRefusedFiles } from './files/hide-refused-files.ts';
import { currentCallJournal } from './journal/call-journal.ts';
import { journalCalls, keepCall } from './journal/journal-calls.ts';
import { KnownFiles } from './files/known-files.ts';
import { meterCalls } from './meter/meter-calls.ts';
import { modelEndpoint } from './model-endpoint.ts';
import { observeAttempts, type ObserveOptions, observeSavedCalls } from './observe/observe-calls.ts';
import { PriceBook } from './meter/price-book.ts';
import { ProviderLimits } from './meter/provider-limits.ts';
import { retryCalls } from './retry/retry-calls.ts';
import { sendCall } from './send-call.ts';
import { shareCalls } from './share/share-calls.ts';

/** What holds for every call to a language model: the policies, in their order. */
export class CallPolicies {
  readonly prices: PriceBook;
  readonly observing: ObserveOptions;
  readonly #run: (call: Call) => Promise<CallReply>;

  constructor({
    limits = new ProviderLimits(),
    prices = new PriceBook(),
    cache,
    observing = { recordContent: false },
  }: {
    limits?: ProviderLimits;
    prices?: PriceBook;
    cache?: CallCache | undefined;
    observing?: ObserveOptions;
  } = {}) {
    this.prices = prices;
    this.observing = observing;
    // From the outside in.
    const policies: readonly CallPolicy[] = [
      ...(observing.onTrace === undefined ? [] : [observeSavedCalls(observing.onTrace)]),
      shareCalls,
      trackCalls,
      ...(cache === undefined ? [] : [cacheCalls(cache)]),
      hideRefusedFiles,
      retryCalls,
      batchCalls(prices),
      meterCalls({ prices, limits }),
      journalCalls,
      observeAttempts(observing),
    ];
    this.#run = policies.reduceRight<(call: Call) => Promise<CallReply>>(
      (next, policy) => (call) => policy(call, next),
      sendCall,
    );
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
  ): PolicyModel {
    const target: CallTarget = {
      given: model,
      // Models of an older version of the specification get the form of the current one.
      model: model.specificationVersion === 'v4' ? model : wrapLanguageModel({ model, middleware: [] }),
      name,
      endpoint,
      flights: new Map(),
      files: new KnownFiles(),
    };
    return createPolicyModel({ target, policies: this, run: this.#run, scope: undefined, defaults: {} });
  }
}

/** What a {@link PolicyModel} is made of. */
interface PolicyModelParts {
  readonly target: CallTarget;
  readonly policies: CallPolicies;
  readonly run: (call: Call) => Promise<CallReply>;
  /** Undefined for a caller who knows nothing of scopes. */
  readonly scope: CallScope | undefined;
  /** Settings for calls that give none. */
  readonly defaults: GenerationSettings;
}

/** A model whose calls go through the policies, for one piece of work. */
export class PolicyModel implements LanguageModelV4 {
  readonly specificationVersion = 'v4';
  readonly provider: string;
  readonly modelId: string;
  readonly supportedUrls: LanguageModelV4['supportedUrls'];
  protected readonly parts: PolicyModelParts;

  constructor(parts: PolicyModelParts) {
    const { provider, modelId, supportedUrls } = parts.target.model;
    this.provider = provider;
    this.modelId = modelId;
    this.supportedUrls = supportedUrls;
    this.parts = parts;
  }

  /** The model as it was given. */
  get given(): ModelObject {
    return this.parts.target.given;
  }

  /** The same model for one piece of work: its sample, retries, budget and books. */
  withScope(scope: CallScope): PolicyModel {
    return createPolicyModel({ ...this.parts, scope });
  }

  /** The same model with settings for calls that give none. Settings that it had before come behind these. */
  withDefaults(settings: GenerationSettings): PolicyModel {
    return createPolicyModel({ ...this.parts, defaults: pickSettings(settings, this.parts.defaults) });
  }

  async doGenerate(options: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    const reply = await raceAbort(this.#call('generate', options), options.abortSignal);
    if (reply.kind !== 'generate') throw new Error('a call for a whole answer gives one');
    return reply.result;
  }

  async doStream(options: LanguageModelV4CallOptions): Promise<LanguageModelV4StreamResult> {
    return (await raceAbort(this.openReply(options), options.abortSignal)).toResult();
  }

  /** The same as `doStream`, without a web stream. */
  async openReply(options: LanguageModelV4CallOptions): Promise<StreamReply> {
    const reply = await this.#call('stream', options);
    if (reply.kind !== 'stream') throw new Error('a call for a stream gives one');
    return reply;
  }

  #call(kind: Call['kind'], given: LanguageModelV4CallOptions): Promise<CallReply> {
    const { target, scope, run, defaults } = this.parts;
    const options = withDefaults(given, defaults);
    return run({
      kind,
      target,
      options,
      scope: scope ?? {},
      key: sharingKey(kind, target, scope, options),
      progress: new CallProgress(),
    });
  }
}

/** A model in this process with policies; scoring counts as a call. */
class InProcessPolicyModel extends PolicyModel implements InProcessModel {
  readonly contextTokens: number;
  readonly maxParallelCalls: number;
  readonly #model: InProcessModel;
  readonly #score: InProcessModel['scoreContinuations'];

  constructor(parts: PolicyModelParts, model: InProcessModel) {
    super(parts);
    this.contextTokens = model.contextTokens;
    this.maxParallelCalls = model.maxParallelCalls;
    this.#model = model;
    this.#score = observeScoring(model, { name: parts.target.name, onTrace: parts.policies.observing.onTrace });
  }

  countTokens(text: string): number {
    return this.#model.countTokens(text);
  }

  async scoreContinuations(options: ScoreContinuationsOptions) {
    const { budget, ledger } = this.parts.scope ?? {};
    const { abortSignal } = options;
    const reservation = await budget?.reserve({ model: this.parts.target.name, cost: 0 }, { abortSignal });
    const journal = currentCallJournal();
    const entries = [ledger, journal?.ledger].flatMap((one) => one?.begin() ?? []);
    let inputTokens: number | undefined;
    try {
      const result = await keepCall(journal, scoringKey(this, options), () => this.#score(options));
      ({ inputTokens } = result);
      return result;
    } finally {
      const usage = { inputTokens, outputTokens: 0, cost: 0 };
      for (const entry of entries) entry.close(usage);
      reservation?.settle(usage);
    }
  }
}

function createPolicyModel(parts: PolicyModelParts): PolicyModel {
  const { given } = parts.target;
  return isInProcessModel(given) ? new InProcessPolicyModel(parts, given) : new PolicyModel(parts);
}

/**
 * The same model for one piece of work: its sample, retries, budget and books. A model without policies gets those that
 * need no owner.
 */
export function scopeModel(model: InProcessModel, scope: CallScope): InProcessModel & PolicyModel;
export function scopeModel(model: ModelObject, scope: CallScope): PolicyModel;
export function scopeModel(model: ModelObject, scope: CallScope): PolicyModel {
  return (model instanceof PolicyModel ? model : new CallPolicies().apply(model)).withScope(scope);
}

/** How the batches of a model's provider are reached; undefined for a model without. */
export function accessOfModel(model: object): BatchAccess | undefined {
  return batchAccessOf(model instanceof PolicyModel ? model.given : model);
}

/** Options of the provider are merged one by one. */
function withDefaults(given: LanguageModelV4CallOptions, defaults: GenerationSettings): LanguageModelV4CallOptions {
  const { stopSequences, providerOptions, ...settings } = defaults;
  return {
    ...settings,
    ...(stopSequences === undefined ? {} : { stopSequences: [...stopSequences] }),
    ...definedOnly(given),
    ...(providerOptions === undefined
      ? {}
      : { providerOptions: mergeProviderOptions(providerOptions, given.providerOptions) }),
  } as LanguageModelV4CallOptions;
}

/** Names a call whose answer others may get; undefined for one that must stay its own. */
function sharingKey(
  kind: Call['kind'],
  { given, endpoint }: CallTarget,
  scope: CallScope | undefined,
  options: LanguageModelV4CallOptions,
): string | undefined {
  if (isBlendModel(given)) return undefined;
  // A caller who names no scope may well want two answers to one question: only what would be the same is shared.
  if (scope === undefined && options.temperature !== 0 && options.seed === undefined) return undefined;
  const { provider, modelId } = given;
  return callKey({ kind, provider, modelId, endpoint, sample: scope?.sample ?? 1 }, options);
}
