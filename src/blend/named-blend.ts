import type { CallBudgetOptions } from '../calls/index.ts';
import { InvalidArgumentError } from '../error/index.ts';
import type { FuserChoice, FusionSettings } from '../fuse/index.ts';
import type { GenerateCandidatesOptions } from '../generate/index.ts';
import type { RankSettings } from '../rank/index.ts';
import type { GenerationSettings, ModelChoice } from '../spec/model-choice.ts';
import type { PromptOptions } from '../spec/prompt.ts';
import type { RankerChoice } from '../spec/ranker-choice.ts';
import { checkNumber, COUNT } from '../util/check-number.ts';
import { checkChoice } from '../util/choices.ts';

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
  /**
   * How many answers are enough, at least 1: when they are there and `patienceMs` have passed, those that are missing are
   * stopped, and are in `failures` with the kind `late`. Where fewer models than that answer, what there is is enough.
   *
   * @default all
   */
  readonly quorum?: number | undefined;
  /** How many milliseconds to wait for further answers once `quorum` answers are there; at least 0. @default 0 */
  readonly patienceMs?: number | undefined;
  /**
   * Whether to stop as soon as most of the answers say the same: the others are not waited for (kind `late`), and nothing
   * is ranked or fused. Answers say the same if they differ in nothing but case, white space and punctuation at their
   * ends, or with a `schema` in nothing but the order of keys; so this is for short answers.
   *
   * @default false
   */
  readonly fast?: boolean | undefined;
  /**
   * What the `textStream` of `streamBlend` is. `decided`: the answer, once it is decided that it is the better one of the
   * fused answer and the best candidate. `fused`: the fused answer as it is written; it is not compared with the best
   * candidate then, and `decisionReason` says so.
   *
   * @default 'decided'
   */
  readonly stream?: StreamName | undefined;
}

/** What can be streamed of a blend, by name. */
export const STREAMS = {
  decided: 'the better answer, once it is decided',
  fused: 'the fused answer as it is written, unchecked',
} as const;

/** Name of what is streamed. */
export type StreamName = keyof typeof STREAMS;

/** Checks what is new in a blend among its settings. @throws InvalidArgumentError */
export function checkBlendSettings({ quorum, patienceMs, stream = 'decided' }: BlendSettings): void {
  checkNumber('quorum', quorum, COUNT);
  checkNumber('patienceMs', patienceMs, { min: 0, unit: 'milliseconds' });
  checkChoice('stream', stream, { choices: STREAMS });
  if (patienceMs !== undefined && quorum === undefined) {
    const message = 'it begins when the quorum is reached. Set quorum (--quorum) as well.';
    throw new InvalidArgumentError({ parameter: 'patienceMs', value: patienceMs, message });
  }
}

/** A blend with a name: its models, and settings that apply unless the call sets them. */
export interface NamedBlend extends BlendSettings {
  readonly models: readonly ModelChoice[];
}

/** Named blends by name. */
export type NamedBlends = Readonly<Record<string, NamedBlend>>;

/** The settings of a named blend that are about its own models, and not about models that the caller names instead. */
export type ModelSettings = keyof GenerationSettings | 'samples';
