import type { PairComparison } from '../compare/index.ts';
import { leastSquares } from './aggregate/least-squares.ts';
import { toLogitMatrix } from './logit-matrix.ts';
import { toOrder, toRanks } from './to-ranks.ts';

/**
 * Indices of texts, best first, by comparisons of some of their pairs (least squares); among equals, and where nothing
 * is known, the order given.
 */
export function rankByComparisons(texts: readonly string[], comparisons: readonly PairComparison[]): readonly number[] {
  const strengths = leastSquares(toLogitMatrix(texts.length, comparisons));
  // Comparisons name the first of identical texts.
  return toOrder(toRanks(texts.map((text) => strengths[texts.indexOf(text)] ?? 0)));
}
