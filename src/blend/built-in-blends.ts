import { DEFAULT_MODEL, DEFAULT_RANKER } from '../registry/index.ts';
import type { NamedBlend } from './named-blend.ts';

/** The blends that come with the package, by name. */
export const BUILT_IN_BLENDS = {
  /** Fully in this process: three samples of the embedded model, ranked by the ranker of the package, fused by the model itself. */
  local: { models: [DEFAULT_MODEL], samples: 3, maxOutputTokens: 256, ranker: DEFAULT_RANKER, topK: 3 },
} as const satisfies Record<string, NamedBlend>;

/** The blend where none is named. */
export const DEFAULT_BLEND = 'local' satisfies keyof typeof BUILT_IN_BLENDS;
