/** The rankers that ship with the package, by name: `models/` beside `src/` and `dist/`. */
export const SHIPPED_RANKERS: readonly string[] = ['small'];

/** The rankers that are fetched: the names of `src/weights/catalog/ranker-catalog.ts`. */
export const PUBLISHED_RANKERS: readonly string[] = ['pairrm'];
