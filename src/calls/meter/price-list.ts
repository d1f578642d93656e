import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import { knownProvider } from '../../spec/providers.ts';
import { definedOnly } from '../../util/defined-only.ts';
import { type CallPricing, FREE } from './call-pricing.ts';

/** The tokens of the context of a model, by the same list; undefined where it is not known. */
export async function findListedContext(provider: string, modelId: string): Promise<number | undefined> {
  const { localServer, isGateway, priceListName: providerId = provider } = knownProvider(provider);
  if (localServer !== undefined) return localServer.contextTokens;
  if (isGateway) {
    const [maker = '', ...rest] = modelId.split('/');
    return rest.length === 0 ? undefined : findListedContext(maker, rest.join('/'));
  }
  const { calcPrice } = await import('@pydantic/genai-prices');
  try {
    return calcPrice({ input_tokens: 0, output_tokens: 0 }, modelId, { providerId })?.model.context_window;
  } catch {
    return undefined;
  }
}

/**
 * The pricing by the list of `@pydantic/genai-prices`, which is part of that package: nothing is fetched. Undefined for
 * a model the list does not have.
 */
export async function findListedPricing(provider: string, modelId: string): Promise<CallPricing | undefined> {
  const { localServer, isGateway, priceListName: providerId = provider } = knownProvider(provider);
  if (localServer !== undefined) return localServer.remoteModels?.test(modelId) ? undefined : FREE;
  if (isGateway) {
    const [maker = '', ...rest] = modelId.split('/');
    return rest.length === 0 ? undefined : findListedPricing(maker, rest.join('/'));
  }
  // Half a megabyte, read at the first call that has a price.
  const { calcPrice } = await import('@pydantic/genai-prices');
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
