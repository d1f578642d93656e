export { resolveCacheDirectory } from './cache-directory.ts';
export { CATALOG, type CatalogEntry, findEntry } from './catalog/catalog.ts';
export { type ListedWeights, listWeights, locateWeights } from './find-weights.ts';
export { parseModelReference } from './model-reference.ts';
export { resolveQuantizedFolder } from './quantized-folder.ts';
export { removeWeights } from './remove-weights.ts';
export { resolveWeights } from './resolve-weights.ts';
export { withFileLock } from './files/file-lock.ts';
