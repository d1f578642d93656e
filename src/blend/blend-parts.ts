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
 * What happens in a blend, in order of arrival. The last part is `blend-end`; where the blend fails as a whole, the
 * stream fails instead.
 */
export type BlendPart =
  | { readonly type: 'blend-start'; readonly calls: readonly PlannedCall[] }
  | GeneratePart
  | { readonly type: 'comparison-end'; readonly comparison: BlendComparison; readonly progress: RankProgress }
  /** Ranking is over. `failure` is why the candidates are not ranked. */
  | {
      readonly type: 'rank-end';
      readonly candidates: readonly RankedCandidate[];
      readonly failure: CallFailure | undefined;
    }
  | { readonly type: 'fusion-start'; readonly fuser: string; readonly from: readonly string[] }
  /** The fuser compares the candidates before it writes. */
  | { readonly type: 'analysis-start' }
  /** The analysis is over. Undefined where it failed; the fusion goes on without. */
  | {
      readonly type: 'analysis-end';
      readonly analysis: FusionAnalysis | undefined;
      readonly failure: CallFailure | undefined;
    }
  | { readonly type: 'fusion-delta'; readonly delta: string }
  /** The fused text is written, and not yet checked. Undefined where fusing failed. */
  | { readonly type: 'fusion-end'; readonly fused: FusedAnswer | undefined; readonly failure: CallFailure | undefined }
  | { readonly type: 'blend-end'; readonly result: BlendResult };
