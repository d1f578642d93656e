import type { CallBudgetOptions } from '../calls/index.ts';
import type { FuserChoice, FusionSettings } from '../fuse/index.ts';
import type { GenerateCandidatesOptions } from '../generate/index.ts';
import type { RankSettings } from '../rank/index.ts';
import type { GenerationSettings, ModelChoice } from '../spec/model-choice.ts';
import type { PromptOptions } from '../spec/prompt.ts';
import type { RankerChoice } from '../spec/ranker-choice.ts';

/** Options of a generation that belong to one call and not to a named blend. */
type OfOneCall =
  | Exclude<keyof PromptOptions, 'system'>
  | 'models'
  | 'schema'
  | 'onPart'
  | 'budget'
  | 'abortSignal'
  | 'resources';

/**
 * The settings of a blend, from the call or its named blend. When `maxCalls` or `maxCost` is reached, the best result so
 * far is the answer. Passes of a trained ranker do not count.
 */
export interface BlendSettings
  extends Omit<GenerateCandidatesOptions, OfOneCall>, RankSettings, FusionSettings, CallBudgetOptions {
  /** The fuser. @default the model of the best candidate */
  readonly fuser?: FuserChoice | undefined;
  /** How many of the best candidates to fuse, and the K of the goal `top-k`. @default 3 */
  readonly topK?: number | undefined;
  /** Whether to fuse; if false, the best candidate is the answer. @default true */
  readonly fusion?: boolean | undefined;
  /**
   * The ranker that compares the fused answer with the best candidate; takes what `ranker` takes. An expensive judge
   * can decide this one pair where a cheap ranker compares all others.
   *
   * @default the ranker of the blend
   */
  readonly checkRanker?: RankerChoice | undefined;
  /**
   * Milliseconds for the whole blend. When they run out, the best result so far is the answer.
   * @default no limit
   */
  readonly totalTimeoutMs?: number | undefined;
}

/** A blend with a name: its models, and settings that apply unless the call sets them. */
export interface NamedBlend extends BlendSettings {
  readonly models: readonly ModelChoice[];
}

/** Named blends by name. */
export type NamedBlends = Readonly<Record<string, NamedBlend>>;

/** The settings of a named blend that are about its own models, and not about models that the caller names instead. */
export type ModelSettings = keyof GenerationSettings | 'samples';
