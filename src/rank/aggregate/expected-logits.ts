import { combinedLogit, type LogitMatrix } from '../logit-matrix.ts';
import { expectedScores } from '../posterior/expected-scores.ts';
import { fitStrengths } from '../posterior/strength-posterior.ts';

/**
 * The expected MaxLogits over all pairs, given some of them: the known logits, and for the others the expectation by the
 * posterior. Strengths that rest on few comparisons of a noisy ranker are shrunk towards the mean, so that noise counts
 * for less than in least squares. On a complete matrix this is MaxLogits.
 */
export function expectedLogits(matrix: LogitMatrix): readonly number[] {
  const size = matrix.length;
  const comparisons = matrix.flatMap((_, left) =>
    matrix.flatMap((__, right) => {
      const logit = left < right ? combinedLogit(matrix, left, right) : undefined;
      return logit === undefined ? [] : [{ left, right, logit }];
    }),
  );
  return expectedScores(fitStrengths({ size, comparisons }));
}
