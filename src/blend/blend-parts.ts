import type { GeneratePart } from '../generate/index.ts';
import type { RankExplanation, RankProgress } from '../rank/index.ts';
import type { CallFailure } from '../spec/candidate.ts';
import type { FusionRestart } from '../spec/fuser.ts';
import type { FusionAnalysis } from '../spec/fusion-analysis.ts';
import type { GenerationSettings } from '../spec/model-choice.ts';
import type { Usage } from '../spec/usage.ts';
import type { BlendComparison, BlendResult, FusedAnswer, RankedCandidate } from './blend-result.ts';
import type { StreamName } from './named-blend.ts';

/** A model that takes part in a blend, with what it is asked with. */
export interface BlendMember {
  /** `m1`, `m2`, … in the order in which they were added. */
  readonly id: string;
  readonly model: string;
  /** How often it is asked. */
  readonly samples: number;
  readonly settings: GenerationSettings;
  /** Milliseconds for each answer; undefined = the default. */
  readonly timeoutMs: number | undefined;
}

/** A call that a blend is going to make. */
export interface PlannedCall {
  /** Also the id of the candidate that comes of it: `1`, `2`, …, never used twice. */
  readonly id: string;
  /** Id of the member. */
  readonly member: string;
  readonly model: string;
  readonly sample: number;
}

/** What a step took. */
export interface StepCost {
  readonly usage: Usage;
  readonly ms: number;
}

/** What happens in a blend, without its number and time. */
export type BlendEvent =
  /** A turn begins: the first question, or one that continues the conversation. */
  | {
      readonly type: 'blend-start';
      /** From 1. */
      readonly turn: number;
      /** The question, as text. */
      readonly question: string;
      /** Id of the answer that this turn continues from; undefined in the first. */
      readonly from: string | undefined;
      /** What is streamed of the answer: the decided one, or the fused one unchecked. */
      readonly stream: StreamName;
      readonly members: readonly BlendMember[];
      readonly calls: readonly PlannedCall[];
    }
  /** An action has changed who is asked. Calls that are not listed any more take no part; they have been stopped. */
  | {
      readonly type: 'members-change';
      readonly members: readonly BlendMember[];
      readonly calls: readonly PlannedCall[];
    }
  | GeneratePart
  /** The ranking of these candidates begins; an earlier one does not count any more. */
  | { readonly type: 'rank-start'; readonly ranker: string; readonly candidates: readonly string[] }
  /** Two candidates have been compared, or a fused answer with the best of them. */
  | { readonly type: 'comparison-end'; readonly comparison: BlendComparison; readonly progress: RankProgress }
  /** Ranking has ended. `failure` says why the candidates are not ranked. */
  | ({
      readonly type: 'rank-end';
      readonly candidates: readonly RankedCandidate[];
      /** How the ranking came about, as in the result. */
      readonly explanation: RankExplanation | undefined;
      /** What should be known of the ranker. */
      readonly warning: string | undefined;
      readonly failure: CallFailure | undefined;
    } & StepCost)
  /** A fusion begins. Several may run side by side, so each part of one has its `id`: `fused`, `fused-2`, … */
  | { readonly type: 'fusion-start'; readonly id: string; readonly fuser: string; readonly from: readonly string[] }
  /** The fuser analyses the candidates before it writes. */
  | { readonly type: 'analysis-start'; readonly id: string }
  /** The analysis has ended; undefined if it failed. The fusion continues without. */
  | {
      readonly type: 'analysis-end';
      readonly id: string;
      readonly analysis: FusionAnalysis | undefined;
      readonly failure: CallFailure | undefined;
    }
  /** A piece of what the fuser thinks before it writes. */
  | { readonly type: 'fusion-reasoning-delta'; readonly id: string; readonly delta: string }
  | { readonly type: 'fusion-delta'; readonly id: string; readonly delta: string }
  /**
   * The text so far is no part of the fused answer: it was a thought, or the whole text is cleaned of marks of the prompt.
   * The answer begins anew.
   */
  | { readonly type: 'fusion-restart'; readonly id: string; readonly reason: FusionRestart }
  /** The fused text is written but not yet checked; undefined if fusing failed. */
  | ({
      readonly type: 'fusion-end';
      readonly id: string;
      readonly fused: FusedAnswer | undefined;
      readonly failure: CallFailure | undefined;
    } & StepCost)
  /** It is decided whether a fused answer or the best candidate is better. */
  | ({
      readonly type: 'check-end';
      readonly id: string;
      readonly decision: BlendResult['decision'];
      readonly decisionReason: string;
      /** Probability that the fused answer is better; undefined if that could not be checked. */
      readonly probability: number | undefined;
      readonly failure: CallFailure | undefined;
    } & StepCost)
  /** Two answers are being compared because a caller asked for it. */
  | { readonly type: 'compare-start'; readonly left: string; readonly right: string }
  | ({
      readonly type: 'compare-end';
      readonly left: string;
      readonly right: string;
      readonly comparison: BlendComparison | undefined;
      readonly failure: CallFailure | undefined;
    } & StepCost)
  /** A blend has run to its end, with this result. */
  | { readonly type: 'blend-end'; readonly result: BlendResult }
  /** A blend as a whole has failed; only in a session, which goes on. */
  | { readonly type: 'blend-error'; readonly message: string }
  /** A session is closed: nothing runs, and nothing follows. */
  | { readonly type: 'session-end' };

/**
 * What happens in a blend, in the order in which it happens. That of `streamBlend` ends with `blend-end`; if the blend as a
 * whole fails, the stream fails instead.
 */
export type BlendPart = BlendEvent & {
  /** The number of this part: 1, 2, 3, … without gaps. */
  readonly seq: number;
  /** Milliseconds since the blend, or the session, began. */
  readonly at: number;
};
