import { combinedLogit, type LogitMatrix } from '../logit-matrix.ts';
import { expectedScores } from '../posterior/expected-scores.ts';
import { fitStrengths } from '../posterior/strength-posterior.ts';

/**
 * What MaxLogits over all pairs may be expected to come to, given those that were asked: the known logits, and in place
 * of the others what the strengths let expect. Strengths that rest on few answers of a noisy ranker are drawn towards the
 * middle, so that luck counts for less than in least squares. On a complete matrix this is MaxLogits.
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
