export { listProviders, type ListedProvider, type ListProvidersOptions } from './list-providers.ts';
export type { HttpClient } from './chat-completions/index.ts';
export { loadProviderModel } from './load-provider-model.ts';
export type { ProviderOptions, ProvidersOptions } from './provider-options.ts';
