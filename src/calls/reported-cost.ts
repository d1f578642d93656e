import type { SharedV4ProviderMetadata } from '@ai-sdk/provider';

/** The price that a provider has put beside its answer, in US dollars: OpenRouter and the AI Gateway do. */
export function reportedCost(metadata: SharedV4ProviderMetadata | undefined): number | undefined {
  const usage = metadata?.['openrouter']?.['usage'];
  const ofOpenRouter = typeof usage === 'object' && usage !== null && 'cost' in usage ? usage.cost : undefined;
  return toDollars(ofOpenRouter) ?? toDollars(metadata?.['gateway']?.['cost']);
}

function toDollars(value: unknown): number | undefined {
  const dollars = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof dollars === 'number' && Number.isFinite(dollars) && dollars >= 0 ? dollars : undefined;
}
