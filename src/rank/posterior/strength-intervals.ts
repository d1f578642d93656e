import { dot, solveLower } from '../../util/linear-algebra.ts';
import { prefilterLogit, type StrengthPosterior } from './strength-posterior.ts';

/** Strength of a candidate: log-odds that it beats an average one of its set. */
export interface StrengthInterval {
  readonly strength: number;
  /** Ends of the interval that holds the true strength with probability 0.95. */
  readonly low: number;
  readonly high: number;
}

/** Standard deviations from the mean to the ends of the 95 % interval of a normal distribution. */
const Z_95 = 1.96;

/** Components less likely than this change no digit that is shown. */
const NEGLIGIBLE = 1e-6;

/** The strengths with their uncertainty, in the order of the candidates. */
export function strengthIntervals({ knowledge, components }: StrengthPosterior): readonly StrengthInterval[] {
  const { size, prefilter } = knowledge;
  const moments = Array.from({ length: size }, () => ({ mean: 0, square: 0 }));
  const width = size + (prefilter === undefined ? 0 : 1);
  for (const [index, moment] of moments.entries()) {
    // The strength against the average one, as weights of what the posterior is of.
    const weights = new Float64Array(width).fill(-1 / size);
    weights[index] = 1 - 1 / size;
    const expected = averagePrefilterLogit(index);
    if (width > size) weights[size] = expected;
    for (const { weight, mean, lower, shape, rate } of components) {
      // With many candidates each component is expensive, and after many comparisons one or two carry all the weight.
      if (weight < NEGLIGIBLE) continue;
      // An inverse gamma distribution of shape 1 or less has no mean; its mode is as good for a width.
      const variance = rate / (shape > 1 ? shape - 1 : shape + 1);
      const centre = dot(weights, mean) + expected;
      const reach = solveLower(lower, weights);
      moment.mean += weight * centre;
      moment.square += weight * (centre * centre + dot(reach, reach) * variance);
    }
  }
  return moments.map(({ mean, square }) => {
    const deviation = Math.sqrt(Math.max(0, square - mean * mean));
    return { strength: mean, low: mean - Z_95 * deviation, high: mean + Z_95 * deviation };
  });

  function averagePrefilterLogit(index: number): number {
    if (prefilter === undefined) return 0;
    return prefilter.reduce((sum, _, other) => sum + prefilterLogit(prefilter, index, other), 0) / size;
  }
}
