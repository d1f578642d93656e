export { type CallCacheInfo, type CallCacheLocation, clearCallCache, inspectCallCache } from './call-cache-file.ts';
export { DEFAULT_MODEL, DEFAULT_RANKER } from './defaults.ts';
export type { CacheOptions, ModelPrice, PriceOptions, ProviderLimit, ProviderLimitOptions } from '../calls/index.ts';
export { Resources, type ResourcesOptions, sharedResources } from './resources.ts';
