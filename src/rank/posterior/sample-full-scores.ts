import { addAt, cholesky, dot, invert, type SquareMatrix } from '../../util/linear-algebra.ts';
import { createRandom, type Random } from '../../util/random.ts';
import {
  type PairKnowledge,
  type PosteriorComponent,
  prefilterLogit,
  type StrengthPosterior,
} from './strength-posterior.ts';

/** Draws: the share of draws that agree is then right to about 0.007 at 0.95. */
const DRAWS = 1000;

/**
 * Draws what MaxLogits over all pairs may come to, given the pairs compared so far: known logits stay, the others are
 * drawn from the posterior, noise included. One array of N scores a draw. The same every time for the same knowledge.
 */
export function sampleFullScores({ knowledge, components }: StrengthPosterior): readonly Float64Array[] {
  const random = createRandom(knowledge.size * 1009 + knowledge.comparisons.length);
  const sums = sumKnown(knowledge);
  const draws: Float64Array[] = [];
  let quota = 0;
  for (const component of components) {
    // Stratified: each component gets its share of the draws.
    quota += component.weight * DRAWS;
    const count = Math.round(quota) - draws.length;
    if (count > 0) draws.push(...drawScores(sums, component, count, random));
  }
  return draws;
}

interface KnownSums {
  readonly size: number;
  /** For each candidate the sum of its known logits. */
  readonly known: Float64Array;
  /** For each candidate the number of its pairs that count in its score: known, or still open. */
  readonly counted: Float64Array;
  /** Laplacian of the graph of open pairs: how the sums of the open pairs follow from the strengths. */
  readonly open: readonly Float64Array[];
  /** For each candidate the sum of the prefilter's logits over its open pairs. */
  readonly prefiltered: Float64Array;
}

function sumKnown({ size, comparisons, prefilter }: PairKnowledge): KnownSums {
  const known = new Float64Array(size);
  const counted = new Float64Array(size).fill(size - 1);
  const isOpen = Array.from({ length: size }, (_, index) => new Uint8Array(size).fill(1).fill(0, index, index + 1));
  for (const { left, right, logit } of comparisons) {
    isOpen[left]?.fill(0, right, right + 1);
    isOpen[right]?.fill(0, left, left + 1);
    const isKnown = !Number.isNaN(logit);
    for (const [candidate, sign] of [
      [left, 1],
      [right, -1],
    ] as const) {
      if (isKnown) addAt(known, candidate, sign * logit);
      else addAt(counted, candidate, -1);
    }
  }
  return {
    size,
    known,
    counted,
    open: isOpen.map((row, i) => {
      const degree = row.reduce((sum, value) => sum + value, 0);
      return Float64Array.from(row, (value, j) => (i === j ? degree : -value));
    }),
    prefiltered: Float64Array.from(isOpen, (row, i) =>
      row.reduce((sum, value, j) => (value === 1 ? sum + prefilterLogit(prefilter, i, j) : sum), 0),
    ),
  };
}

/**
 * Given the variances the full scores are normal. With the Laplacian O of the open pairs and the covariance C of the
 * strengths, the sums of the open logits have the covariance O C O + noise × O.
 */
function drawScores(
  { size, known, counted, open, prefiltered }: KnownSums,
  { mean, lower, shape, rate, noise }: PosteriorComponent,
  count: number,
  random: Random,
): readonly Float64Array[] {
  const covariance = invert(lower);
  const hasPrefilter = mean.length > size;
  const parts = open.map((row, i) => (hasPrefilter ? Float64Array.from([...row, prefiltered[i] ?? 0]) : row));
  const along = parts.map((part) => Float64Array.from(covariance, (row) => dot(row, part)));
  const spread: SquareMatrix = parts.map((part, i) =>
    Float64Array.from(along, (other, j) => dot(part, other) + noise * (open[i]?.[j] ?? 0)),
  );
  const root = cholesky(spread);
  const centre = parts.map((part, i) => (known[i] ?? 0) + (prefiltered[i] ?? 0) + dot(part, mean));
  const draws: Float64Array[] = [];
  const normals = new Float64Array(size);
  while (draws.length < count) {
    const deviation = Math.sqrt(rate / random.gamma(shape));
    const draw = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      normals[i] = random.normal();
      let sum = 0;
      const row = root[i] ?? normals;
      for (let k = 0; k <= i; k++) sum += (row[k] ?? 0) * (normals[k] ?? 0);
      draw[i] = ((centre[i] ?? 0) + deviation * sum) / Math.max(1, counted[i] ?? 0);
    }
    draws.push(draw);
  }
  return draws;
}
