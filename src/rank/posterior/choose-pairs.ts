import { addAt, dot } from '../../util/linear-algebra.ts';
import type { PairIndices } from '../schedule/schedule.ts';
import type { OpenContest } from './assess-goal.ts';
import { likeliestStrengths, prefilterLogit, type StrengthPosterior } from './strength-posterior.ts';

/** A batch is chosen in at most this many steps: of a large one, several pairs at a time. */
const MAX_STEPS = 32;

/** Contests that are looked at together: those most likely to be reversed. */
const MAX_CONTESTS = 24;

/**
 * The pairs whose comparison says most about the contests that may still be reversed. Each pair is worth, summed over the
 * contests by how likely they are reversed, the share by which its comparison reduces the variance of the difference of
 * the two full scores: by what it says of strengths, and by being itself a part of them. Chosen one after the other, each
 * as if the earlier ones were known: how much a comparison reduces the variance does not depend on its result.
 */
export function choosePairs(
  posterior: StrengthPosterior,
  contests: readonly OpenContest[],
  count: number,
): readonly PairIndices[] {
  const { size, comparisons, prefilter } = posterior.knowledge;
  const { covariance, noise } = likeliestStrengths(posterior);
  const width = covariance.length;
  const isOpen = Array.from({ length: size }, (_, i) =>
    Uint8Array.from({ length: size }, (__, j) => (i === j ? 0 : 1)),
  );
  const close = (i: number, j: number) => {
    isOpen[i]?.fill(0, j, j + 1);
    isOpen[j]?.fill(0, i, i + 1);
  };
  for (const { left, right } of comparisons) close(left, right);

  const considered = contests.slice(0, MAX_CONTESTS);
  const contestants = new Set(considered.flatMap(({ ahead, behind }) => [ahead, behind]));
  const atOnce = Math.ceil(count / MAX_STEPS);
  const chosen: PairIndices[] = [];
  while (chosen.length < count) {
    const weights = considered.map((contest) => weigh(contest));
    const open = openPairsOf(contestants);
    // Where opinions are missing, contestants may have met all others and still be in doubt.
    const pairs = open.length > 0 ? open : openPairsOf(new Set(isOpen.keys()));
    if (pairs.length === 0) break;
    const best = pairs
      .map(([i, j]) => ({ i, j, worth: worthOf(i, j, weights) }))
      .toSorted((a, b) => b.worth - a.worth || a.i - b.i || a.j - b.j);
    for (const { i, j } of best.slice(0, Math.min(atOnce, count - chosen.length))) {
      chosen.push([i, j]);
      close(i, j);
      condition(i, j);
    }
  }
  return chosen;

  function openPairsOf(candidates: ReadonlySet<number>): readonly PairIndices[] {
    return [...candidates].flatMap((i) =>
      Array.from({ length: size }, (_, j): PairIndices => [i, j]).filter(
        ([, j]) => isOpen[i]?.[j] === 1 && (j > i || !candidates.has(j)),
      ),
    );
  }

  /** Covariance of the difference of a contest's full scores with each strength, and its variance. */
  function weigh({ ahead, behind, reversed }: OpenContest) {
    const parts = new Float64Array(width);
    let openCount = 0;
    for (const [candidate, sign] of [
      [ahead, 1],
      [behind, -1],
    ] as const) {
      for (let other = 0; other < size; other++) {
        if (isOpen[candidate]?.[other] !== 1) continue;
        openCount += 1;
        addAt(parts, candidate, sign);
        addAt(parts, other, -sign);
        if (width > size) addAt(parts, size, sign * prefilterLogit(prefilter, candidate, other));
      }
    }
    // Their own pair counts twice in the difference: twice the noise, four times the variance.
    if (isOpen[ahead]?.[behind] === 1) openCount += 2;
    const along = Float64Array.from(covariance, (row) => dot(row, parts));
    return { ahead, behind, reversed, along, variance: dot(along, parts) + openCount * noise };
  }

  function worthOf(i: number, j: number, weights: readonly ReturnType<typeof weigh>[]): number {
    const expected = width > size ? prefilterLogit(prefilter, i, j) : 0;
    const variance = comparisonVariance(i, j);
    let sum = 0;
    for (const { ahead, behind, reversed, along, variance: whole } of weights) {
      const share = Number(i === ahead) - Number(j === ahead) - Number(i === behind) + Number(j === behind);
      const shared = (along[i] ?? 0) - (along[j] ?? 0) + expected * (along[size] ?? 0) + share * noise;
      if (whole > 0) sum += (reversed * shared * shared) / (variance * whole);
    }
    return sum;
  }

  function comparisonVariance(i: number, j: number): number {
    const [first, second] = [covariance[i], covariance[j]];
    const strengths = (first?.[i] ?? 0) + (second?.[j] ?? 0) - 2 * (first?.[j] ?? 0);
    if (width === size) return strengths + noise;
    const expected = prefilterLogit(prefilter, i, j);
    const factor = (covariance[size]?.[size] ?? 0) * expected * expected;
    return strengths + factor + 2 * expected * ((first?.[size] ?? 0) - (second?.[size] ?? 0)) + noise;
  }

  function covarianceAlong(i: number, j: number): Float64Array {
    const expected = width > size ? prefilterLogit(prefilter, i, j) : 0;
    return Float64Array.from(covariance, (row) => (row[i] ?? 0) - (row[j] ?? 0) + expected * (row[size] ?? 0));
  }

  /** The covariance once the pair is compared. */
  function condition(i: number, j: number): void {
    const along = covarianceAlong(i, j);
    const variance = comparisonVariance(i, j);
    for (const [index, row] of covariance.entries()) {
      const factor = (along[index] ?? 0) / variance;
      for (const [column, value] of along.entries()) addAt(row, column, -factor * value);
    }
  }
}
