import type { ListedProvider } from '../../index.ts';
import type { CheckResult } from './check.ts';

/** Which providers can be asked, and what stands in the way of those that have a key. Local models need none. */
export function checkProviders(providers: readonly ListedProvider[]): CheckResult {
  const name = 'Providers';
  // A server of one's own that does not run is nothing to warn of.
  const meant = providers.filter(({ keyVariable, models }) => keyVariable !== undefined || models !== undefined);
  if (meant.length === 0) return { name, status: 'ok', detail: 'none set up; local models need none' };
  const help = meant.flatMap(({ isInstalled, package: dependency, name: provider }) =>
    isInstalled ? [] : [`For ${provider}: npm install ${dependency}`],
  );
  const failing = meant.some(({ isInstalled, problem }) => !isInstalled || problem !== undefined);
  return {
    name,
    status: failing ? 'warn' : 'ok',
    detail: meant.map(describe).join('; '),
    ...(help.length === 0 ? {} : { help: help.join('\n') }),
  };
}

function describe({ name, isInstalled, package: dependency, models, problem }: ListedProvider): string {
  if (!isInstalled) return `${name} lacks ${dependency}`;
  return problem === undefined ? `${name} serves ${count(models?.length ?? 0)}` : `${name}: ${problem}`;
}

function count(models: number): string {
  return models === 1 ? '1 model' : `${models} models`;
}
