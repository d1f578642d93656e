import { solveUpper } from '../../util/cholesky.ts';
import { createRandom, type Random } from '../../util/random.ts';
import {
  type PairKnowledge,
  type PosteriorComponent,
  screenLogit,
  type StrengthPosterior,
} from './strength-posterior.ts';

/** Up to this many candidates the noise of every open pair is drawn; beyond, only its sum for each candidate. */
const EXACT_SIZE = 40;

/** Draws: the share of draws that agree is then right to about 0.007 at 0.95. */
const DRAWS = 1000;

/**
 * Draws what MaxLogits over all pairs may come to, given the pairs that were asked: what is known stays, the rest is
 * drawn from the posterior, noise included. One array of N scores a draw. The same every time for the same knowledge.
 */
export function sampleFullScores({ knowledge, components }: StrengthPosterior): readonly Float64Array[] {
  const random = createRandom(knowledge.size * 1009 + knowledge.comparisons.length);
  const sums = sumKnown(knowledge);
  const draws: Float64Array[] = [];
  let owed = 0;
  for (const component of components) {
    // Stratified: each component gets its share of the draws.
    owed += component.weight * DRAWS;
    while (draws.length < Math.round(owed)) draws.push(drawScores(sums, component, random));
  }
  return draws;
}

interface KnownSums {
  readonly size: number;
  /** For each candidate the sum of its known logits, and of the screen's over the pairs that are open. */
  readonly known: Float64Array;
  readonly screened: Float64Array;
  /** For each candidate the number of its pairs that are open, and of those that count in its score. */
  readonly openCount: Float64Array;
  readonly counted: Float64Array;
  /** The pairs asked, with or without an opinion, and those open, as left, right, left, right … */
  readonly asked: Int32Array;
  readonly open: Int32Array;
}

function sumKnown({ size, comparisons, screen }: PairKnowledge): KnownSums {
  const [known, screened, openCount, counted] = Array.from({ length: 4 }, () => new Float64Array(size)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const asked = new Set<number>();
  for (const { left, right, logit } of comparisons) {
    asked.add(Math.min(left, right) * size + Math.max(left, right));
    if (Number.isNaN(logit)) continue;
    add(known, left, logit);
    add(known, right, -logit);
    add(counted, left, 1);
    add(counted, right, 1);
  }
  const open: number[] = [];
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) {
      if (asked.has(i * size + j)) continue;
      open.push(i, j);
      const logit = screenLogit(screen, i, j);
      add(screened, i, logit);
      add(screened, j, -logit);
      for (const candidate of [i, j]) {
        add(openCount, candidate, 1);
        add(counted, candidate, 1);
      }
    }
  }
  return {
    size,
    known,
    screened,
    openCount,
    counted,
    asked: Int32Array.from(comparisons.flatMap(({ left, right }) => [left, right])),
    open: Int32Array.from(open),
  };
}

function drawScores(
  { size, known, screened, openCount, counted, asked, open }: KnownSums,
  { mean, lower, shape, rate, noise }: PosteriorComponent,
  random: Random,
): Float64Array {
  const deviation = Math.sqrt(rate / random.gamma(shape));
  const chance = Float64Array.from(mean, () => random.normal());
  const strengths = solveUpper(lower, chance).map((value, index) => (mean[index] ?? 0) + value * deviation);
  const trust = 1 + (strengths[size] ?? 0);
  const all = strengths.subarray(0, size).reduce((sum, strength) => sum + strength, 0);
  // Over all opponents the differences sum up to N s[i] minus the sum of all; what was asked is taken out again.
  const scores = known.map((sum, index) => sum + trust * (screened[index] ?? 0) + size * (strengths[index] ?? 0) - all);
  for (let index = 0; index < asked.length; index += 2) {
    const [left, right] = [asked[index] ?? 0, asked[index + 1] ?? 0];
    const difference = (strengths[left] ?? 0) - (strengths[right] ?? 0);
    add(scores, left, -difference);
    add(scores, right, difference);
  }
  const noiseDeviation = deviation * Math.sqrt(noise);
  if (size <= EXACT_SIZE) {
    for (let index = 0; index < open.length; index += 2) {
      const value = noiseDeviation * random.normal();
      add(scores, open[index] ?? 0, value);
      add(scores, open[index + 1] ?? 0, -value);
    }
  } else {
    for (const [index, count] of openCount.entries()) {
      add(scores, index, Math.sqrt(count) * noiseDeviation * random.normal());
    }
  }
  return scores.map((score, index) => score / Math.max(1, counted[index] ?? 0));
}

function add(values: Float64Array, index: number, value: number): void {
  values[index] = (values[index] ?? 0) + value;
}
