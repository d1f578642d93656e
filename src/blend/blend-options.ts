import type { GenerateCandidatesOptions } from '../generate/index.ts';
import type { BlendSettings, NamedBlends } from './named-blend.ts';

/** Options of `blend` and `streamBlend`. */
export interface BlendOptions extends Omit<GenerateCandidatesOptions, 'onPart' | 'models' | 'budget'>, BlendSettings {
  /** Models to ask. @default those of the named blend */
  readonly models?: GenerateCandidatesOptions['models'] | undefined;
  /** A named blend, whose settings apply where the call gives none. @default 'local' */
  readonly blend?: string | undefined;
  /** Blends to name beside the built-in ones; one of the same name takes its place. @default those of the blender */
  readonly blends?: NamedBlends | undefined;
}
