export { DEFAULT_MODEL, DEFAULT_RANKER } from './defaults.ts';
export type { ProviderLimit, ProviderLimitOptions } from '../calls/index.ts';
export { PUBLISHED_RANKERS, SHIPPED_RANKERS } from './ranker-names.ts';
export { Resources, type ResourcesOptions, sharedResources } from './resources.ts';
