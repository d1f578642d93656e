import { probabilityOf } from '../../util/probability-of.ts';
import { addAt, cholesky, solveLower, solveUpper } from '../../util/linear-algebra.ts';
import type { LogitMatrix } from '../logit-matrix.ts';

/** Variance of a strength before any comparison, in squared logits: wide, yet a row of wins stays finite. */
const PRIOR_VARIANCE = 25;

/** Newton's method converges in far fewer. */
const MAX_STEPS = 100;

/**
 * Strengths of Bradley and Terry's model (1952), maximum a posteriori: i beats j with probability sigmoid(s[i] - s[j]).
 * Each judgement, either order, counts as a game won by the share that its probability says. The prior, normal
 * with mean 0, ties what was never compared and keeps certain wins finite.
 */
export function bradleyTerry(matrix: LogitMatrix): readonly number[] {
  const games = matrix.flatMap((row, i) =>
    row.flatMap((logit, j) => (i === j || logit === undefined ? [] : [{ i, j, share: probabilityOf(logit) }])),
  );
  let strengths = new Float64Array(matrix.length);
  for (let step = 0; step < MAX_STEPS; step++) {
    const gradient = strengths.map((strength) => -strength / PRIOR_VARIANCE);
    const curvature = matrix.map((_, index) =>
      new Float64Array(matrix.length).fill(1 / PRIOR_VARIANCE, index, index + 1),
    );
    for (const { i, j, share } of games) {
      const chance = probabilityOf((strengths[i] ?? 0) - (strengths[j] ?? 0));
      const weight = chance * (1 - chance);
      addAt(gradient, i, share - chance);
      addAt(gradient, j, chance - share);
      for (const [row, column, sign] of [
        [i, i, 1],
        [j, j, 1],
        [i, j, -1],
        [j, i, -1],
      ] as const) {
        addAt(curvature[row], column, sign * weight);
      }
    }
    const lower = cholesky(curvature);
    const change = solveUpper(lower, solveLower(lower, gradient));
    const length = Math.max(0, ...change.map(Math.abs));
    // Far from the maximum the curve is flat and a whole step would overshoot.
    const share = Math.min(1, 2 / length);
    strengths = strengths.map((strength, index) => strength + share * (change[index] ?? 0));
    if (length < 1e-12) break;
  }
  // Rounding to nine digits keeps exact ties exact.
  return Array.from(strengths, (strength) => Number(strength.toFixed(9)) + 0);
}
