import type { SharedV4ProviderMetadata } from '@ai-sdk/provider';
import { KNOWN_PROVIDERS } from '../../spec/providers.ts';

/** Providers that say what an answer cost, and where; a blend that is used as a model is one. */
const REPORTING = [
  { name: 'llmBlender', path: ['cost'] },
  ...Object.entries(KNOWN_PROVIDERS).flatMap(([name, { reportedCost: path }]) =>
    path === undefined ? [] : [{ name, path }],
  ),
];

/** What a provider says beside its answer that it cost, in US dollars; undefined where it says nothing. */
export function reportedCost(metadata: SharedV4ProviderMetadata | undefined): number | undefined {
  if (metadata === undefined) return undefined;
  for (const { name, path } of REPORTING) {
    const cost = toDollars(path.reduce<unknown>(fieldOf, metadata[name]));
    if (cost !== undefined) return cost;
  }
  return undefined;
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function toDollars(value: unknown): number | undefined {
  const dollars = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof dollars === 'number' && Number.isFinite(dollars) && dollars >= 0 ? dollars : undefined;
}
