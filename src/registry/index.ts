export { DEFAULT_MODEL, DEFAULT_RANKER } from './defaults.ts';
export type { ProviderLimit, ProviderLimitOptions } from './provider-limits.ts';
export { Resources, type ResourcesOptions, sharedResources } from './resources.ts';
