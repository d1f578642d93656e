import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import { definedOnly } from '../util/defined-only.ts';
import { type CallPricing, FREE } from './call-pricing.ts';

/** Providers that the price list calls otherwise: ours, and the AI SDK's, on the left. */
const LIST_NAMES: Readonly<Record<string, string>> = {
  'google-vertex': 'google',
  vertex: 'google',
  'amazon-bedrock': 'aws',
  bedrock: 'aws',
  xai: 'x-ai',
  togetherai: 'together',
};

/** Providers that pass calls on: their models are named `provider/model`. */
const GATEWAYS = new Set(['gateway', 'vercel']);

/** Programs that serve models on the user's own machine; Ollama's cloud models, which are not, end in `cloud`. */
const OWN_MACHINE = new Set(['ollama', 'lmstudio']);

/**
 * The pricing by the list of `@pydantic/genai-prices`, which is part of that package: nothing is fetched. Undefined for
 * a model the list does not have.
 */
export async function findListedPricing(provider: string, modelId: string): Promise<CallPricing | undefined> {
  if (OWN_MACHINE.has(provider)) return /[-:]cloud$/.test(modelId) ? undefined : FREE;
  if (GATEWAYS.has(provider)) {
    const [maker = '', ...rest] = modelId.split('/');
    return rest.length === 0 ? undefined : findListedPricing(maker, rest.join('/'));
  }
  // Half a megabyte, read at the first call that has a price.
  const { calcPrice } = await import('@pydantic/genai-prices');
  const providerId = LIST_NAMES[provider] ?? provider;
  const price = (usage: Parameters<typeof calcPrice>[0]): number | undefined => {
    try {
      return calcPrice(usage, modelId, { providerId })?.total_price;
    } catch {
      // The list refuses figures that cannot be, such as more cached tokens than tokens.
      return undefined;
    }
  };
  if (price({ input_tokens: 0, output_tokens: 0 }) === undefined) return undefined;
  return {
    cost({ inputTokens, outputTokens }: LanguageModelV4Usage) {
      // The list would take a missing figure for none.
      if (inputTokens.total === undefined || outputTokens.total === undefined) return undefined;
      return price(
        definedOnly({
          input_tokens: inputTokens.total,
          cache_read_tokens: inputTokens.cacheRead,
          cache_write_tokens: inputTokens.cacheWrite,
          output_tokens: outputTokens.total,
        }),
      );
    },
  };
}
