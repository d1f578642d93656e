import { DEFAULT_MODEL } from '../registry/index.ts';
import type { NamedBlend } from './named-blend.ts';

/** The blends that come with the package, by name. */
export const BUILT_IN_BLENDS = {
  /** Fully in this process: three samples of the embedded model, fused by the model itself. */
  local: { models: [DEFAULT_MODEL], samples: 3, maxOutputTokens: 256 },
} as const satisfies Record<string, NamedBlend>;

/** The blend where none is named. */
export const DEFAULT_BLEND = 'local' satisfies keyof typeof BUILT_IN_BLENDS;
