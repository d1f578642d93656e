import type { GeneratePart } from '../generate/index.ts';
import type { RankProgress } from '../rank/index.ts';
import type { CallFailure } from '../spec/candidate.ts';
import type { FusionAnalysis } from '../spec/fusion-analysis.ts';
import type { BlendComparison, BlendResult, FusedAnswer, RankedCandidate } from './blend-result.ts';

/** A call that a blend is going to make. */
export interface PlannedCall {
  readonly id: string;
  readonly model: string;
  readonly sample: number;
}

/**
 * What happens in a blend, in the order in which it happens. The last part is `blend-end`; if the blend as a whole
 * fails, the stream fails instead.
 */
export type BlendPart =
  | { readonly type: 'blend-start'; readonly calls: readonly PlannedCall[] }
  | GeneratePart
  | { readonly type: 'comparison-end'; readonly comparison: BlendComparison; readonly progress: RankProgress }
  /** Ranking has ended. `failure` says why the candidates are not ranked. */
  | {
      readonly type: 'rank-end';
      readonly candidates: readonly RankedCandidate[];
      readonly failure: CallFailure | undefined;
    }
  | { readonly type: 'fusion-start'; readonly fuser: string; readonly from: readonly string[] }
  /** The fuser analyses the candidates before it writes. */
  | { readonly type: 'analysis-start' }
  /** The analysis has ended; undefined if it failed. The fusion continues without. */
  | {
      readonly type: 'analysis-end';
      readonly analysis: FusionAnalysis | undefined;
      readonly failure: CallFailure | undefined;
    }
  /** A piece of what the fuser thinks before it writes. */
  | { readonly type: 'fusion-reasoning-delta'; readonly delta: string }
  | { readonly type: 'fusion-delta'; readonly delta: string }
  /** The text so far is no part of the fused answer: a thought, or a text with marks of the prompt. The answer begins anew. */
  | { readonly type: 'fusion-restart' }
  /** The fused text is written but not yet checked; undefined if fusing failed. */
  | { readonly type: 'fusion-end'; readonly fused: FusedAnswer | undefined; readonly failure: CallFailure | undefined }
  | { readonly type: 'blend-end'; readonly result: BlendResult };
