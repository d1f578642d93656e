import type { ResampleSettings } from '../../statistics/index.ts';
import type { EvaluationResults } from './results-schema.ts';

/** How all figures of the results are made: in a sentence for reports, and so that they can be computed again elsewhere. */
export function describeMethod(settings: ResampleSettings): Omit<EvaluationResults['method'], 'metrics'> {
  const { seed, resamples, confidence } = settings;
  const percent = Number((confidence * 100).toFixed(2));
  return {
    intervals: `${percent} % intervals over whole prompts: of means with a correction for skewness, of shares by Wilson, of fitted figures by ${resamples} bootstrap resamples (seed ${seed})`,
    ...settings,
    tests:
      'Paired permutation tests over prompts, two-sided; p-values adjusted by Holm. Rows are tied with the best where the adjusted p-value is at least 0.05.',
    lengths: 'UTF-16 code units of the text',
    recipes: RECIPES,
  };
}

const RECIPES: NonNullable<EvaluationResults['method']['recipes']> = {
  means:
    'skew-corrected-t: prompt i has n_i rows with the sum s_i, and m prompts have rows. v = Σs/Σn, d_i = s_i − v·n_i, e = √(m/(m−1)·Σd²)/Σn, g = mean(d³)/mean(d²)^1.5, t = the quantile of Student with k0−1 degrees, rounded and at least 1, k0 = (Σn)²/Σn². The ends are v − e·f(t) and v − e·f(−t) with f(t) = 3√m/g·(∛(1 + g·(t/√m − g/(6m))) − 1), or t where g = 0 (Hall 1992), at most 3t and at least −3t.',
  shares:
    'wilson: with k0 trials. Where k0 is at least 1.5 and v(1−v)/e²·(z/t)², at most the number of rows, is a larger k: with k trials, widened to the interval of a mean, and not wider than with k0. Rows are the verdicts or pairs that a share is of.',
  bootstrap:
    'Correlations by model, ratings, length-controlled and length-balanced figures, and calibration: prompts in the order in which they first have a row; one after the other, numbers u of the generator mulberry32(seed) draw the prompt floor(u·m), m draws a resample. From 20 prompts on the ends are the quantiles (linear) of the resamples at Φ(±t·√(m/(m−1))), t with m−1 degrees; with fewer they are v ± t·√(m/(m−1)) times their standard deviation. Figures that are fitted to rows have 2e7/rows resamples where that is less, and at least 100.',
  choices:
    'A figure of a choice is the mean over examples; of several candidates that may be chosen alike it is their mean. Win rates are over all verdicts on choices, each counted by the chance of the choice. Both bad is a mean over examples of the share of verdicts.',
  lengthControlled:
    'logit P(win) = a + b·tanh(Δ/sd(Δ)) over these verdicts, Δ = own length less the other, ties half, with a prior of variance 100 on a and b; the figure is 1/(1 + exp(−a)). Below 100 prompts, or 10 of them won or lost, the interval reaches at least as far as that of the win rate.',
  lengthBalanced:
    'The ends reach at least √(x² + y²)/2 from the figure, x and y being the reach of the intervals of its two shares (Newcombe 1998).',
  ratings:
    'Bradley and Terry by maximum likelihood, ties half a win for each, 1000 + 400/ln 10 · strength, the mean strength 0. Where some model has no chain of wins to, or of losses from, each other one, a normal prior of variance 25 on each strength is added, and the interval is at least that of the normal approximation to the posterior.',
  calibration:
    'Each verdict once, from the side that stands first, ties as 0.5; ten bins of equal width; probabilities within 1e-6 of 0 and 1 for the logarithm. Intervals of bins are by Wilson with one trial a prompt.',
  tests:
    'Differences of the rows are added up for each prompt; the p-value is the share of all 2^m signs of these sums with a total as far from 0 (up to 13 prompts that differ), else (x + 1)/(N + 1) of N = 10000 random signs. For the stars N is 2e7/prompts where that is less, and at least 1000. Holm: over all comparisons of a column, and for stars over all other rows but oracles.',
};
