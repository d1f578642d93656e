import { listProviders, type ProvidersOptions } from '../../index.ts';
import { type ListedWeights, listWeights } from '../../weights/index.ts';
import type { Environment } from '../../util/environment.ts';

/** Whether a model can answer, and what is missing. */
export interface ModelStatus {
  readonly provider: string;
  readonly status: 'ready' | 'missing-key' | 'missing-package' | 'not-downloaded';
  /** Environment variables that may hold the key, the usual one first. */
  readonly keyVariables: readonly string[];
  /** The npm package that its provider needs. */
  readonly package: string | null;
  /** What is fetched at its first use. */
  readonly download: { readonly bytes: number; readonly licence: string | null } | null;
}

const NOTHING = { keyVariables: [], package: null, download: null } as const;

/** Makes what says of a model whether it can answer. No provider is asked. */
export async function modelStatuses(options: {
  readonly providers?: ProvidersOptions | undefined;
  readonly env?: Environment | undefined;
}): Promise<{
  of(model: { readonly id: string; readonly reference: unknown }): ModelStatus;
  /** Of a model or ranker with weights, by what it is called. */
  ofWeights(name: string): Pick<ModelStatus, 'status' | 'download'>;
}> {
  const [providers, weights] = await Promise.all([
    listProviders({ ...options, ask: false }),
    listWeights(options.env === undefined ? {} : { env: options.env }),
  ]);
  const ofWeights = (name: string) => toDownload(weights.find((one) => one.reference === name || one.name === name));
  return {
    ofWeights,
    of: ({ id, reference }) => {
      const name = id.split('/', 1)[0] ?? id;
      // An object of a configuration in TypeScript has what it needs.
      if (typeof reference !== 'string') return { ...NOTHING, provider: name, status: 'ready' };
      if (name === 'local') return { ...NOTHING, provider: name, ...ofWeights(id) };
      const provider = providers.find((one) => one.name === name);
      if (provider === undefined) return { ...NOTHING, provider: name, status: 'ready' };
      const { needsKey, keyVariable, keyVariables, isInstalled } = provider;
      const isMissingKey = needsKey && keyVariable === undefined;
      return {
        ...NOTHING,
        provider: name,
        status: isInstalled ? (isMissingKey ? 'missing-key' : 'ready') : 'missing-package',
        keyVariables,
        package: provider.package ?? null,
      };
    },
  };
}

/** What is not in the list is a file of this machine, and there. */
function toDownload(weights: ListedWeights | undefined): Pick<ModelStatus, 'status' | 'download'> {
  if (weights === undefined || weights.state === 'cached' || weights.state === 'own file') {
    return { status: 'ready', download: null };
  }
  return { status: 'not-downloaded', download: { bytes: weights.bytes, licence: weights.licence ?? null } };
}
