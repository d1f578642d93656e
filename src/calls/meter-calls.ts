import {
  InvalidPromptError,
  LoadAPIKeyError,
  LoadSettingError,
  type LanguageModelV4CallOptions,
  type LanguageModelV4Middleware,
  type LanguageModelV4Usage,
  NoSuchModelError,
  type SharedV4ProviderMetadata,
  UnsupportedFunctionalityError,
} from '@ai-sdk/provider';
import type { ModelObject } from '../spec/model-choice.ts';
import { type CallUsage, UNKNOWN_USAGE } from '../spec/usage.ts';
import { type CallPricing, estimateCost } from './call-pricing.ts';
import type { CallScope, CallWatch } from './call-scope.ts';
import { estimateTokens } from './estimate-tokens.ts';
import type { PriceBook } from './price-book.ts';
import type { ProviderLimits } from './provider-limits.ts';
import { reportedCost } from './reported-cost.ts';
import { findApiCallError } from './retry-after.ts';
import { providerPauseMs } from './retry-delay.ts';
import { observeStream } from './observe-stream.ts';

/** Tokens counted for an answer of unknown length when it takes its place in the provider's minute. */
const UNKNOWN_OUTPUT_TOKENS = 1024;

/** How one attempt ended. */
interface Outcome {
  readonly usage?: LanguageModelV4Usage | undefined;
  readonly providerMetadata?: SharedV4ProviderMetadata | undefined;
  readonly error?: unknown;
}

/**
 * One attempt: money is set aside, a place at the provider taken, the clock runs, and what it took is counted, whether
 * it succeeds, fails or is left.
 */
export function meterCalls({
  model: metered,
  name,
  prices,
  limits,
  scope: { budget, ledger },
  watch,
}: {
  model: ModelObject;
  name: string;
  prices: PriceBook;
  limits: ProviderLimits;
  scope: Pick<CallScope, 'budget' | 'ledger'>;
  watch: CallWatch;
}): LanguageModelV4Middleware {
  const target = { model: metered, name };
  const begin = async (params: LanguageModelV4CallOptions) => {
    const { abortSignal } = params;
    const pricing = await prices.find(metered, name);
    const estimate = estimateTokens(params);
    const cost = pricing === undefined ? undefined : estimateCost(pricing, estimate);
    const reservation = await budget?.reserve({ model: name, cost }, { abortSignal });
    const tokens = estimate.inputTokens + (params.maxOutputTokens ?? UNKNOWN_OUTPUT_TOKENS);
    const place = await limits.enter(target, { tokens, abortSignal }).catch((error: unknown) => {
      reservation?.release();
      throw error;
    });
    const entry = ledger?.begin();
    watch.started();
    let isOpen = true;
    return (outcome: Outcome) => {
      if (!isOpen) return;
      isOpen = false;
      watch.stopped();
      const usage = usageOf(outcome, pricing);
      if (wasNeverSent(outcome.error)) {
        entry?.cancel();
        reservation?.release();
      } else {
        entry?.close(usage);
        reservation?.settle(usage);
      }
      const pauseMs = providerPauseMs(outcome.error, findApiCallError(outcome.error)?.statusCode);
      if (pauseMs !== undefined) limits.pause(target, pauseMs);
      place.leave(totalTokens(usage));
    };
  };
  return {
    specificationVersion: 'v4',
    async wrapGenerate({ doGenerate, params }) {
      const end = await begin(params);
      try {
        const result = await doGenerate();
        end(result);
        return result;
      } catch (error) {
        end({ error });
        throw error;
      }
    },
    async wrapStream({ doStream, params }) {
      const end = await begin(params);
      try {
        const result = await doStream();
        const stream = observeStream(result.stream, { abortSignal: params.abortSignal, onEnd: end });
        return { ...result, stream };
      } catch (error) {
        end({ error });
        throw error;
      }
    },
  };
}

function usageOf({ usage, providerMetadata, error }: Outcome, pricing: CallPricing | undefined): CallUsage {
  if (usage !== undefined) {
    return {
      inputTokens: usage.inputTokens.total,
      outputTokens: usage.outputTokens.total,
      cost: reportedCost(providerMetadata) ?? pricing?.cost(usage),
    };
  }
  return wasRefused(error) ? { inputTokens: 0, outputTokens: 0, cost: 0 } : freeOr(pricing);
}

/** A call that was left or broke off: what it took is unknown, but a free model stays free. */
function freeOr(pricing: CallPricing | undefined): CallUsage {
  const million = { total: 1e6, noCache: undefined, cacheRead: undefined, cacheWrite: undefined };
  const isFree =
    pricing?.cost({ inputTokens: million, outputTokens: { total: 1e6, text: 1e6, reasoning: undefined } }) === 0;
  return isFree ? { ...UNKNOWN_USAGE, cost: 0 } : UNKNOWN_USAGE;
}

/** An HTTP error instead of an answer: nothing was generated, and no provider charges for that. */
function wasRefused(error: unknown): boolean {
  return (findApiCallError(error)?.statusCode ?? 0) >= 400;
}

/** Errors by which a provider's package refuses a call before it sends anything. */
function wasNeverSent(error: unknown): boolean {
  return [InvalidPromptError, LoadAPIKeyError, LoadSettingError, NoSuchModelError, UnsupportedFunctionalityError].some(
    (kind) => kind.isInstance(error),
  );
}

function totalTokens({ inputTokens, outputTokens }: CallUsage): number | undefined {
  return inputTokens === undefined || outputTokens === undefined ? undefined : inputTokens + outputTokens;
}
