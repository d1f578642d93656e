export { resolveCacheDirectory } from './cache-directory.ts';
export { CATALOG } from './catalog/catalog.ts';
export type { CatalogEntry, HuggingFaceSource, PypiPackage, PypiSource, WeightsSource } from './catalog/catalog.ts';
export { type ListedWeights, listWeights, locateWeights } from './find-weights.ts';
export { type ModelReference, parseModelReference } from './model-reference.ts';
export { type Quantize, resolveQuantizedFolder } from './quantized-folder.ts';
export { type RemovedWeights, type RemoveWeightsOptions, removeWeights } from './remove-weights.ts';
export { type ResolvedWeights, resolveWeights } from './resolve-weights.ts';
export type { ResolveWeightsOptions, WeightsOptions } from './weights-context.ts';
