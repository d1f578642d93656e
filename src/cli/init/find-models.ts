import type { ListedProvider } from '../../index.ts';
import { preferredModel } from './preferred-models.ts';

/** A provider that can be used here, and a model of it. */
export interface FoundModel {
  readonly model: string;
  /** Why it can be used, as a clause without any key. */
  readonly reason: string;
  /** The package that has to be installed for it; undefined where it is. */
  readonly missingPackage: string | undefined;
}

/** One model for each provider that has its key in the environment, or runs on this machine. */
export function findModels(providers: readonly ListedProvider[]): readonly FoundModel[] {
  return providers.flatMap(({ name, keyVariable, models, baseURL, isInstalled, ...provider }) => {
    // Without a key only a server that answered is known to be there.
    if (keyVariable === undefined && (provider.needsKey || models === undefined)) return [];
    const model = preferredModel(name, models);
    if (model === undefined) return [];
    const reason = keyVariable === undefined ? `runs at ${baseURL}` : `key in ${keyVariable}`;
    return [{ model, reason, missingPackage: isInstalled ? undefined : provider.package }];
  });
}
