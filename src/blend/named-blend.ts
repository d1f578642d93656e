import type { GenerationSettings, ModelChoice } from '../spec/model-choice.ts';
import type { PromptOptions } from '../spec/prompt.ts';
import type { BlendOptions } from './blend-options.ts';

/** What belongs to one call, not to a blend that many calls name. */
type OfOneCall = Exclude<keyof PromptOptions, 'system'> | 'blend' | 'blends' | 'models' | 'abortSignal' | 'resources';

/** A blend that has a name: its models and its settings, which apply where the call gives none. */
export interface NamedBlend extends Omit<BlendOptions, OfOneCall> {
  readonly models: readonly ModelChoice[];
}

/** Named blends by name. */
export type NamedBlends = Readonly<Record<string, NamedBlend>>;

/** The settings of a named blend that are about its own models, and not about models that the caller names instead. */
export type ModelSettings = keyof GenerationSettings | 'samples';
