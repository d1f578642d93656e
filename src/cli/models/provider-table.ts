import type { ListedProvider } from '../../index.ts';
import { oneLine } from '../render/clean-text.ts';
import { fitEnd } from '../render/fit-width.ts';
import { tableLines } from '../render/table.ts';

/** Most names in a row; `models list PROVIDER` tells them all. */
const NAMES_SHOWN = 3;

/** The providers as a table: where the key comes from, and what is served, or what to do about it. */
export function providerTable(providers: readonly ListedProvider[], columns = Infinity): readonly string[] {
  const rows = providers.map((provider) => [provider.name, keyCell(provider), servesCell(provider)].map(oneLine));
  return tableLines([['provider', 'key', 'serves'], ...rows]).map((line) => fitEnd(line.trimEnd(), columns));
}

function keyCell({ keyVariable, keyVariables, needsKey }: ListedProvider): string {
  if (keyVariable !== undefined) return keyVariable;
  return needsKey ? `set ${keyVariables[0] ?? ''}` : 'none needed';
}

function servesCell({ name, isInstalled, package: dependency, models, problem }: ListedProvider): string {
  if (!isInstalled) return `npm install ${dependency}`;
  if (problem !== undefined) return problem;
  if (models === undefined) return '-';
  const shown = models.slice(0, NAMES_SHOWN).map((model) => model.slice(name.length + 1));
  const more = models.length > shown.length ? ['…'] : [];
  return models.length === 0 ? 'no models' : `${models.length}: ${[...shown, ...more].join(', ')}`;
}
