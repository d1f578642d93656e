import { type LogitMatrix, meanOverOpponents } from '../logit-matrix.ts';

/**
 * MaxLogits (LLM-Blender paper, inference of the PairRanker): a candidate's score is how clearly it beats the others. Here the mean over its
 * opponents of the log-odds that it wins, orders combined; the paper's sum and the Python original's mean over N give
 * the same order. Scores are log-odds against an average opponent; they depend on the whole set.
 * A candidate that was never compared scores 0.
 */
export function maxLogits(matrix: LogitMatrix): readonly number[] {
  return meanOverOpponents(matrix, (logit) => logit, 0);
}
