import type { FuserConversation } from '../fuse/index.ts';
import type { GenerateCandidatesOptions } from '../generate/index.ts';
import type { BlendSettings, NamedBlends } from './named-blend.ts';

/** Options of `blend` and `streamBlend`. */
export interface BlendOptions extends Omit<GenerateCandidatesOptions, 'onPart' | 'models' | 'budget'>, BlendSettings {
  /** Models that generate the candidates. @default those of the named blend */
  readonly models?: GenerateCandidatesOptions['models'] | undefined;
  /** A named blend, whose settings apply unless the call sets them. @default 'local' */
  readonly blend?: string | undefined;
  /** Named blends besides the built-in ones; one with the same name replaces it. @default those of the blender */
  readonly blends?: NamedBlends | undefined;
  /**
   * @internal The conversation that the fuser continues with tools. It is then asked in any case, and its calls end the
   * blend.
   */
  readonly conversation?: FuserConversation | undefined;
}
