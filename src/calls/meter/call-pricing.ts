import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import type { ModelPrice } from './model-price.ts';

/** The cost of calls to one model, in US dollars. */
export interface CallPricing {
  /** Undefined where the usage lacks figures. */
  cost(usage: LanguageModelV4Usage): number | undefined;
}

/** A model that costs nothing, such as one in this process. */
export const FREE: CallPricing = { cost: () => 0 };

/** The pricing by prices that are given. */
export function pricingOf(price: ModelPrice): CallPricing {
  const { inputPerMillion, outputPerMillion, cachedInputPerMillion = inputPerMillion } = price;
  return {
    cost({ inputTokens, outputTokens }) {
      if (inputPerMillion === 0 && outputPerMillion === 0 && cachedInputPerMillion === 0) return 0;
      if (inputTokens.total === undefined || outputTokens.total === undefined) return undefined;
      const cached = Math.min(inputTokens.cacheRead ?? 0, inputTokens.total);
      const dollars =
        (inputTokens.total - cached) * inputPerMillion +
        cached * cachedInputPerMillion +
        outputTokens.total * outputPerMillion;
      return dollars / 1e6;
    },
  };
}

/** What a call is expected to cost at most. */
export function estimateCost(
  pricing: CallPricing,
  { inputTokens, outputTokens }: { inputTokens: number; outputTokens: number },
): number | undefined {
  return pricing.cost({
    inputTokens: { total: inputTokens, noCache: inputTokens, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: outputTokens, text: outputTokens, reasoning: undefined },
  });
}
