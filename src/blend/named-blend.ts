import type { FuserChoice, FusionSettings } from '../fuse/index.ts';
import type { GenerateCandidatesOptions } from '../generate/index.ts';
import type { RankSettings } from '../rank/index.ts';
import type { GenerationSettings, ModelChoice } from '../spec/model-choice.ts';
import type { PromptOptions } from '../spec/prompt.ts';
import type { RankerChoice } from '../spec/ranker-choice.ts';

/** Options of a generation that belong to one call, not to a blend that many calls name. */
type OfOneCall = Exclude<keyof PromptOptions, 'system'> | 'models' | 'onPart' | 'budget' | 'abortSignal' | 'resources';

/** The settings of a blend, which a call or its named blend gives. */
export interface BlendSettings extends Omit<GenerateCandidatesOptions, OfOneCall>, RankSettings, FusionSettings {
  /** What writes the fused answer. @default the model of the best candidate */
  readonly fuser?: FuserChoice | undefined;
  /** How many of the best candidates to fuse, and the K of the goal `top-k`. @default 3 */
  readonly topK?: number | undefined;
  /** Whether to fuse at all; without it the best candidate is the answer. @default true */
  readonly fusion?: boolean | undefined;
  /**
   * What compares the fused answer with the best candidate, as `ranker` is given. An expensive judge can decide this one pair
   * where a cheap one ranks.
   *
   * @default the ranker of the blend
   */
  readonly checkRanker?: RankerChoice | undefined;
  /**
   * Milliseconds for the whole blend. When they run out, the best result so far is the answer.
   * @default no limit
   */
  readonly totalTimeoutMs?: number | undefined;
  /**
   * Most requests to language models, repeated ones included; an integer of at least 1. Passes of a trained ranker do
   * not count. When they are used up, the best result so far is the answer.
   *
   * @default no limit
   */
  readonly maxCalls?: number | undefined;
  /**
   * Most US dollars. No call starts that could go over it: an estimate is set aside for each, of the tokens of its
   * prompt and of `maxOutputTokens`, or 4,096 tokens where that is not given. When the next does not fit, the best result
   * so far is the answer. Every model needs a known price.
   *
   * @default no limit
   */
  readonly maxCost?: number | undefined;
}

/** A blend that has a name: its models and its settings, which apply where the call gives none. */
export interface NamedBlend extends BlendSettings {
  readonly models: readonly ModelChoice[];
}

/** Named blends by name. */
export type NamedBlends = Readonly<Record<string, NamedBlend>>;

/** The settings of a named blend that are about its own models, and not about models that the caller names instead. */
export type ModelSettings = keyof GenerationSettings | 'samples';
