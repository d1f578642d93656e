import type { PairComparison } from '../../compare/index.ts';
import { addAt, cholesky, invert, solveLower, solveUpper, type SquareMatrix } from '../../util/linear-algebra.ts';
import { combinedLogit, type LogitMatrix } from '../logit-matrix.ts';

/** What is known of N candidates: the comparisons so far, and the prefilter's logits. */
export interface PairKnowledge {
  /** N. */
  readonly size: number;
  /** The pairs compared so far, each once. */
  readonly comparisons: readonly Pick<PairComparison, 'left' | 'right' | 'logit'>[];
  /** Logits of all pairs by a cheaper ranker, on a scale of its own. */
  readonly prefilter?: LogitMatrix | undefined;
}

/** The posterior for one value of the noise, as part of a mixture over several. */
export interface PosteriorComponent {
  /** Probability of this noise, given the comparisons. */
  readonly weight: number;
  /** Variance of the noise of a comparison over the variance of the strengths. */
  readonly noise: number;
  /** Mean of the strengths (and, last, of the factor on the prefilter's logits). */
  readonly mean: Float64Array;
  /** Lower triangle of their precision, in units of the variance of the strengths. */
  readonly lower: SquareMatrix;
  /** The variance of the strengths is inverse gamma with this shape … */
  readonly shape: number;
  /** … and this rate. */
  readonly rate: number;
}

/** Posterior of the candidates' strengths, given the comparisons. */
export interface StrengthPosterior {
  readonly knowledge: PairKnowledge;
  readonly components: readonly PosteriorComponent[];
}

/**
 * Values of the noise, each equally likely before any comparison: from a ranker whose logits are nearly differences of
 * scores to one that is mostly noise.
 */
const NOISE: readonly number[] = [0.001, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

/** Prior of the strengths' variance: inverse gamma, so wide that a few comparisons outweigh it. */
const SHAPE = 0.5;
const RATE = 0.05;

/** Prior of the factor on the prefilter's logits: its mean, and its deviation in units of the strengths' deviation. */
const PREFILTER_FACTOR = 1;
const PREFILTER_DEVIATION = 2;

/**
 * The posterior of Bradley and Terry's strengths s from logits instead of wins: logit(i, j) = s[i] - s[j] + noise, where
 * the noise holds all that no strength explains, intransitive preferences included. Strengths and noise are
 * normal; the variance is integrated analytically, the noise ratio over a grid. With a prefilter,
 * logit(i, j) = factor × prefilter(i, j) + s[i] - s[j] + noise, and the factor is estimated as well.
 */
export function fitStrengths(knowledge: PairKnowledge): StrengthPosterior {
  const { size, prefilter } = knowledge;
  const spread = prefilter === undefined ? 0 : prefilterSpread(prefilter);
  const width = size + (prefilter === undefined ? 0 : 1);
  const observations = knowledge.comparisons.flatMap(({ left, right, logit }) => {
    const expected = prefilterLogit(prefilter, left, right);
    return Number.isNaN(logit) ? [] : [{ left, right, expected, residual: logit - PREFILTER_FACTOR * expected }];
  });
  const squares = observations.reduce((sum, { residual }) => sum + residual * residual, 0);
  const factorPrecision = (spread / PREFILTER_DEVIATION) ** 2 + 1e-9;
  // Each comparison is a row x of a linear model: 1 and -1 at its two candidates, then the prefilter's logit.
  const products = Array.from({ length: width }, () => new Float64Array(width));
  const moments = new Float64Array(width);
  for (const { left, right, expected, residual } of observations) {
    const row: readonly (readonly [number, number])[] =
      width === size
        ? [
            [left, 1],
            [right, -1],
          ]
        : [
            [left, 1],
            [right, -1],
            [size, expected],
          ];
    for (const [i, first] of row) {
      addAt(moments, i, first * residual);
      for (const [j, second] of row) addAt(products[i], j, first * second);
    }
  }
  const fits = NOISE.map((noise) => {
    const precision = products.map((row) => row.map((product) => product / noise));
    for (let index = 0; index < width; index++) addAt(precision[index], index, index < size ? 1 : factorPrecision);
    const rightHandSide = moments.map((moment) => moment / noise);
    const lower = cholesky(precision);
    const mean = solveUpper(lower, solveLower(lower, rightHandSide));
    const misfit = Math.max(
      0,
      squares / noise - mean.reduce((sum, value, index) => sum + value * (rightHandSide[index] ?? 0), 0),
    );
    const shape = SHAPE + observations.length / 2;
    const rate = RATE + misfit / 2;
    const logDeterminant = 2 * lower.reduce((sum, row, index) => sum + Math.log(row[index] ?? 1), 0);
    const evidence = -(observations.length * Math.log(noise) + logDeterminant) / 2 - shape * Math.log(rate);
    return { noise, mean, lower, shape, rate, evidence };
  });
  const best = Math.max(...fits.map(({ evidence }) => evidence));
  const total = fits.reduce((sum, { evidence }) => sum + Math.exp(evidence - best), 0);
  return {
    knowledge,
    components: fits.map(({ evidence, ...fit }) => ({ ...fit, weight: Math.exp(evidence - best) / total })),
  };
}

/** Logit that i beats j by the prefilter, orders combined; 0 without one, or without an opinion. */
export function prefilterLogit(prefilter: LogitMatrix | undefined, i: number, j: number): number {
  return prefilter === undefined ? 0 : (combinedLogit(prefilter, i, j) ?? 0);
}

/** Root of the mean square of the prefilter's logits. */
function prefilterSpread(prefilter: LogitMatrix): number {
  const logits = prefilter.flatMap((_, i) =>
    prefilter.map((__, j) => prefilterLogit(prefilter, i, j)).filter((___, j) => i < j),
  );
  return logits.length === 0 ? 0 : Math.sqrt(logits.reduce((sum, logit) => sum + logit * logit, 0) / logits.length);
}

/** One normal distribution in place of the whole posterior: good enough to choose the next pairs by. */
export interface NormalStrengths {
  /** Covariance of the strengths (and, last, of the factor on the prefilter's logits), in squared logits. */
  readonly covariance: Float64Array[];
  /** Variance of the noise of one comparison, in squared logits. */
  readonly noise: number;
}

/** The component with the likeliest noise, with its variances. */
export function likeliestStrengths({ components }: StrengthPosterior): NormalStrengths {
  const likeliest = components.reduce((best, component) => (component.weight > best.weight ? component : best));
  const variance = likeliest.rate / likeliest.shape;
  return {
    covariance: invert(likeliest.lower).map((row) => row.map((value) => value * variance)),
    noise: likeliest.noise * variance,
  };
}
