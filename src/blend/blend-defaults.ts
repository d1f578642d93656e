import type { FusionSettings } from '../fuse/index.ts';
import { definedOnly } from '../util/defined-only.ts';
import { mapValues } from '../util/map-values.ts';
import { BUILT_IN_BLENDS } from './built-in-blends.ts';
import type { NamedBlend, NamedBlends } from './named-blend.ts';

/** Settings of a blender that apply where neither the call nor, in a blend, the named blend gives one. */
export interface BlendDefaults extends Pick<
  NamedBlend,
  | 'ranker'
  | 'strategy'
  | 'aggregation'
  | 'confidence'
  | 'maxPairs'
  | 'orders'
  | 'fuser'
  | 'fusion'
  | keyof FusionSettings
  | 'checkRanker'
  | 'timeoutMs'
  | 'totalTimeoutMs'
  | 'maxRetries'
> {
  /** The blend where none is named. @default 'local' */
  readonly blend?: string | undefined;
}

/** All blends there are, the built-in ones too, with what they leave open taken from the defaults. */
export function blendsWithDefaults(blends: NamedBlends, defaults: Omit<BlendDefaults, 'blend'>): NamedBlends {
  return mapValues<NamedBlend, NamedBlend>({ ...BUILT_IN_BLENDS, ...blends }, (blend) => ({
    ...defaults,
    ...definedOnly(blend),
    models: blend.models,
  }));
}
