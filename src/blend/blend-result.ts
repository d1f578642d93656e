import type { CallWarning } from 'ai';
import type { ComparisonSummary, PairComparison } from '../compare/index.ts';
import type { RankExplanation } from '../rank/index.ts';
import type { CallFailure, Candidate } from '../spec/candidate.ts';
import type { FusionAnalysis } from '../spec/fusion-analysis.ts';
import type { Usage } from '../spec/usage.ts';

/** A candidate with its place in the ranking. */
export interface RankedCandidate<OBJECT = unknown> extends Candidate<OBJECT> {
  /** 1 = best, ties share the smallest; undefined if ranking failed. */
  readonly rank: number | undefined;
  /** Higher = better, on the scale of the aggregation; undefined if ranking failed. */
  readonly score: number | undefined;
}

/** A comparison between candidates, named by their ids. */
export interface BlendComparison extends Omit<PairComparison, 'left' | 'right'> {
  /**
   * `rank` among the candidates, `check` of the fused answer against the best candidate, `compare` where a caller of a
   * session asked for it.
   */
  readonly phase: 'rank' | 'check' | 'compare';
  /** Id of a candidate, or of a fused answer: `fused`; in a session also `fused-2`, … */
  readonly left: string;
  readonly right: string;
}

/** The fused answer, whether or not it became the answer of the blend. */
export interface FusedAnswer<OBJECT = unknown> {
  readonly text: string;
  /** What the `schema` makes of it; `text` is its JSON then. Undefined without a schema. */
  readonly object: OBJECT;
  /** What the fuser thought before it wrote, as far as it shows that. */
  readonly reasoning?: string | undefined;
  /** The fuser that wrote it. */
  readonly fuser: string;
  /** Ids of the candidates it was made from, best first. */
  readonly from: readonly string[];
  readonly finishReason: string;
  /** The analysis of these candidates; undefined without one, or if it failed. */
  readonly analysis: FusionAnalysis | undefined;
  /** Probability that it is better than the best candidate; undefined if that could not be checked. */
  readonly probability: number | undefined;
  /** What the fuser could not do of what was asked, such as to take an image. Absent = nothing. */
  readonly warnings?: readonly CallWarning[] | undefined;
}

/** Milliseconds of the whole and of its phases. */
export interface BlendTimings {
  readonly totalMs: number;
  readonly generateMs: number;
  readonly rankMs: number;
  readonly fuseMs: number;
  readonly checkMs: number;
}

/** Result of a blend. */
export interface BlendResult<OBJECT = unknown> extends ComparisonSummary {
  /** The answer. */
  readonly text: string;
  /** The answer as the `schema` makes of it; `text` is its JSON then. Undefined without a schema. */
  readonly object: OBJECT;
  /** Which text is the answer. */
  readonly decision: 'fused' | 'best-candidate';
  /** Why, in one sentence. */
  readonly decisionReason: string;
  /** Best first; ties, or all if ranking failed, in the order of `models`. */
  readonly candidates: readonly RankedCandidate<OBJECT>[];
  /** Undefined if nothing was fused. */
  readonly fused: FusedAnswer<OBJECT> | undefined;
  /** The pairs that were compared, both orders. */
  readonly comparisons: readonly BlendComparison[];
  /**
   * How the ranking came about. Indices refer to `candidates`, so the best is 0. Undefined if there was one candidate
   * or ranking failed.
   */
  readonly explanation: RankExplanation | undefined;
  /** Calls that failed; an error only if no candidate exists. */
  readonly failures: readonly CallFailure[];
  /**
   * `budget`: a call was not made because it could have exceeded `maxCalls` or `maxCost`; the answer is the best so
   * far.
   */
  readonly stopped?: 'budget' | undefined;
  /** True if a text was shortened to fit the ranker or the fuser. */
  readonly truncated: boolean;
  /** Tokens and calls of all phases. */
  readonly usage: Usage;
  /** Price in US dollars; undefined if unknown. The same as `usage.cost`. */
  readonly cost: number | undefined;
  readonly timings: BlendTimings;
}
