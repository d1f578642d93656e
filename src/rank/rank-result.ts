import type { PairComparison, PositionBias } from '../compare/index.ts';
import type { Usage } from '../spec/usage.ts';
import type { RankExplanation } from './rank-explanation.ts';

/** How far a ranking has come, in pairs. */
export interface RankProgress {
  readonly done: number;
  /** The most pairs it will ask. */
  readonly total: number;
}

/** Result of `rank`. Indices count the candidates as given, from 0. */
export interface RankResult {
  /** `ranks[i]` of candidate i: 1 = best, ties share the smallest. */
  readonly ranks: readonly number[];
  /** `scores[i]` of candidate i, higher = better; the scale is that of the aggregation. */
  readonly scores: readonly number[];
  /** Indices, best first; among ties the order given. */
  readonly order: readonly number[];
  /** Index of the best; among ties the first given. */
  readonly best: number;
  /** The pairs that were asked. Identical candidates are asked once, under the first index of each text. */
  readonly comparisons: readonly PairComparison[];
  /** How the ranking came about: the matrix, strengths with intervals, which pairs were asked, why no more. */
  readonly explanation: RankExplanation;
  readonly ranker: string;
  /** A warning of the ranker about its own results. */
  readonly warning: string | undefined;
  /** How the ranker's verdicts changed with the order shown; undefined where no pair was asked in both. */
  readonly positionBias: PositionBias | undefined;
  /** True where a judge called both candidates bad in every comparison: the best is then the best of bad ones. */
  readonly lowQuality: boolean;
  /** True where a text was shortened to fit the ranker. */
  readonly truncated: boolean;
  /** Of the ranker, and of its prefilter where it has one. */
  readonly usage: Usage;
  readonly timings: { readonly totalMs: number };
}
