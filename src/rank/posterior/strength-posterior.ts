import type { PairComparison } from '../../compare/index.ts';
import { cholesky, invert, solveLower, solveUpper, type SquareMatrix } from '../../util/cholesky.ts';
import type { LogitMatrix } from '../logit-matrix.ts';
import { combinedLogit } from '../logit-matrix.ts';

/** What is known of N candidates before and after some of their pairs were asked. */
export interface PairKnowledge {
  /** N. */
  readonly size: number;
  /** The pairs asked so far, each once. */
  readonly comparisons: readonly Pick<PairComparison, 'left' | 'right' | 'logit'>[];
  /** What a cheaper ranker says of all pairs, on a scale of its own. */
  readonly prefilter?: LogitMatrix | undefined;
}

/** What one guess at the ranker's noise makes of the answers. */
export interface PosteriorComponent {
  /** Probability of the guess, given the answers. */
  readonly weight: number;
  /** The guess: variance of the noise of a comparison over the variance of the strengths. */
  readonly noise: number;
  /** Mean of the strengths (and, behind them, of the trust in the prefilter). */
  readonly mean: Float64Array;
  /** Lower triangle of their precision, in units of the variance of the strengths. */
  readonly lower: SquareMatrix;
  /** The variance of the strengths is inverse gamma with this shape … */
  readonly shape: number;
  /** … and this rate. */
  readonly rate: number;
}

/** Strengths of the candidates as far as the answers tell them. */
export interface StrengthPosterior {
  readonly knowledge: PairKnowledge;
  readonly components: readonly PosteriorComponent[];
}

/**
 * Guesses at the noise, each as likely as the next before any answer is seen: from a ranker whose logits are all but
 * differences of scores to one that knows little.
 */
const NOISE: readonly number[] = [0.001, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

/** The variance of the strengths before any answer: inverse gamma, so wide that a few answers outweigh it. */
const SHAPE = 0.5;
const RATE = 0.05;

/** Trust in the prefilter: its logits times this, give or take {@link PREFILTER_DEVIATION} times the strengths' deviation. */
const PREFILTER_TRUST = 1;
const PREFILTER_DEVIATION = 2;

/**
 * The posterior of Bradley and Terry's strengths s on logits that are soft: logit(i, j) = s[i] - s[j] + noise, where
 * the noise holds all that no strength explains, intransitive likings included. All is normal but for two variances,
 * of the strengths and of the noise: the first is integrated exactly, their ratio over a few guesses. With a prefilter,
 * logit(i, j) = trust × prefilter(i, j) + s[i] - s[j] + noise, and the trust is learned as well.
 */
export function fitStrengths(knowledge: PairKnowledge): StrengthPosterior {
  const { size, prefilter } = knowledge;
  const spread = prefilter === undefined ? 0 : prefilterSpread(prefilter);
  const width = size + (prefilter === undefined ? 0 : 1);
  const answers = knowledge.comparisons.flatMap(({ left, right, logit }) => {
    const expected = prefilterLogit(prefilter, left, right);
    return Number.isNaN(logit) ? [] : [{ left, right, expected, rest: logit - PREFILTER_TRUST * expected }];
  });
  const squares = answers.reduce((sum, { rest }) => sum + rest * rest, 0);
  const trustPrecision = (spread / PREFILTER_DEVIATION) ** 2 + 1e-9;
  const fits = NOISE.map((noise) => {
    const precision = Array.from({ length: width }, () => new Float64Array(width));
    const add = (row: number, column: number, value: number) => {
      const cells = precision[row];
      if (cells !== undefined) cells[column] = (cells[column] ?? 0) + value;
    };
    for (let index = 0; index < width; index++) add(index, index, index < size ? 1 : trustPrecision);
    const pull = new Float64Array(width);
    for (const { left, right, expected, rest } of answers) {
      const parts: [number, number][] = [
        [left, 1],
        [right, -1],
      ];
      if (width > size) parts.push([size, expected]);
      for (const [row, first] of parts) {
        pull[row] = (pull[row] ?? 0) + (first * rest) / noise;
        for (const [column, second] of parts) add(row, column, (first * second) / noise);
      }
    }
    const lower = cholesky(precision);
    const mean = solveUpper(lower, solveLower(lower, pull));
    const misfit = Math.max(
      0,
      squares / noise - mean.reduce((sum, value, index) => sum + value * (pull[index] ?? 0), 0),
    );
    const shape = SHAPE + answers.length / 2;
    const rate = RATE + misfit / 2;
    const logDeterminant = 2 * lower.reduce((sum, row, index) => sum + Math.log(row[index] ?? 1), 0);
    const evidence = -(answers.length * Math.log(noise) + logDeterminant) / 2 - shape * Math.log(rate);
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
  /** Covariance of the strengths (and, behind them, of the trust in the prefilter), in squared logits. */
  readonly covariance: Float64Array[];
  /** Variance of the noise of one comparison, in squared logits. */
  readonly noise: number;
}

/** The likeliest guess at the noise, with the variances that go with it. */
export function likeliestStrengths({ components }: StrengthPosterior): NormalStrengths {
  const likeliest = components.reduce((best, component) => (component.weight > best.weight ? component : best));
  const variance = likeliest.rate / likeliest.shape;
  return {
    covariance: invert(likeliest.lower).map((row) => row.map((value) => value * variance)),
    noise: likeliest.noise * variance,
  };
}
