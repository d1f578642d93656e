export { listProviders, type ListedProvider, type ListProvidersOptions } from './list-providers.ts';
export { loadProviderModel } from './load-provider-model.ts';
export type { ProviderOptions, ProvidersOptions } from './provider-options.ts';
