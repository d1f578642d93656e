import { solveLower } from '../../util/cholesky.ts';
import { prefilterLogit, type StrengthPosterior } from './strength-posterior.ts';

/** Strength of a candidate: log-odds that it beats an average one of its set. */
export interface StrengthInterval {
  readonly strength: number;
  /** Ends of the interval that holds the true strength with probability 0.95. */
  readonly low: number;
  readonly high: number;
}

/** Standard deviations from the middle to the ends of 95 % of a normal distribution. */
const REACH = 1.96;

/** Guesses less likely than this change no digit that is shown. */
const NEGLIGIBLE = 1e-6;

/** The strengths with their uncertainty, in the order of the candidates. */
export function strengthIntervals({ knowledge, components }: StrengthPosterior): readonly StrengthInterval[] {
  const { size, prefilter } = knowledge;
  const moments = Array.from({ length: size }, () => ({ mean: 0, square: 0 }));
  for (const { weight, mean, lower, shape, rate } of components) {
    // Many candidates make each component expensive, and many answers leave one or two that count.
    if (weight < NEGLIGIBLE) continue;
    // An inverse gamma distribution of shape 1 or less has no mean; its mode is as good for a width.
    const variance = rate / (shape > 1 ? shape - 1 : shape + 1);
    for (const [index, moment] of moments.entries()) {
      const parts = Float64Array.from(mean, (_, part) =>
        part < size ? Number(part === index) - 1 / size : averageScreenLogit(index),
      );
      const centre = dot(parts, mean) + averageScreenLogit(index);
      const reach = solveLower(lower, parts);
      const width = dot(reach, reach);
      moment.mean += weight * centre;
      moment.square += weight * (centre * centre + width * variance);
    }
  }
  return moments.map(({ mean, square }) => {
    const deviation = Math.sqrt(Math.max(0, square - mean * mean));
    return { strength: mean, low: mean - REACH * deviation, high: mean + REACH * deviation };
  });

  function averageScreenLogit(index: number): number {
    if (prefilter === undefined) return 0;
    return prefilter.reduce((sum, _, other) => sum + prefilterLogit(prefilter, index, other), 0) / size;
  }
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index++) sum += (left[index] ?? 0) * (right[index] ?? 0);
  return sum;
}
