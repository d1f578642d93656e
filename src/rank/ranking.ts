import type { ComparisonSummary, PairComparison } from '../compare/index.ts';
import type { Usage } from '../spec/usage.ts';
import { leastSquares } from './aggregate/least-squares.ts';
import { toLogitMatrix } from './logit-matrix.ts';
import type { RankExplanation } from './rank-explanation.ts';

/** Candidates in order. Indices refer to the candidates as given, from 0. */
export interface Ranking {
  /** `ranks[i]` of candidate i: 1 = best, ties share the smallest. */
  readonly ranks: readonly number[];
  /** `scores[i]` of candidate i, higher = better; the scale is that of the aggregation. */
  readonly scores: readonly number[];
  /** Indices, best first; among ties the order given. */
  readonly order: readonly number[];
  /** Index of the best; among ties the first given. */
  readonly best: number;
}

/** Progress of a ranking, in pairs. */
export interface RankProgress {
  readonly done: number;
  /** Maximum number of pairs. */
  readonly total: number;
}

/** Result of `rank`. Indices count the candidates as given, from 0. */
export interface RankResult extends Ranking, ComparisonSummary {
  /** The pairs that were compared. Identical candidates are compared once, with the index of the first. */
  readonly comparisons: readonly PairComparison[];
  /** How the ranking came about: matrix, strengths with intervals, compared pairs, and why it stopped. */
  readonly explanation: RankExplanation;
  /** Of the ranker and its prefilter. */
  readonly usage: Usage;
  readonly timings: { readonly totalMs: number };
}

/** The ranking by scores. */
export function toRanking(scores: readonly number[]): Ranking {
  const ranks = toRanks(scores);
  const order = ranks.map((_, index) => index).toSorted((left, right) => (ranks[left] ?? 0) - (ranks[right] ?? 0));
  return { ranks, scores, order, best: order[0] ?? 0 };
}

/** Ranks from scores: 1 = best, ties share the smallest rank and leave a gap behind them (1, 1, 3). */
export function toRanks(scores: readonly number[]): readonly number[] {
  return scores.map((score) => 1 + scores.filter((other) => other > score).length);
}

/**
 * Indices of texts, best first, by comparisons of some of their pairs (least squares); among equals, and where nothing
 * is known, the order given.
 */
export function rankByComparisons(texts: readonly string[], comparisons: readonly PairComparison[]): readonly number[] {
  const strengths = leastSquares(toLogitMatrix(texts.length, comparisons));
  // Comparisons name the first of identical texts.
  return toRanking(texts.map((text) => strengths[texts.indexOf(text)] ?? 0)).order;
}
