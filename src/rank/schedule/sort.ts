import type { PairComparison } from '../../compare/index.ts';
import type { PairIndices, Schedule } from './schedule.ts';

/**
 * Merge sort from the bottom, about N log₂ N comparisons for the whole order: all merges of a level compare their next pair
 * in one batch. A tie, and a pair without an opinion, keeps the one that stood first.
 */
export const sort: Schedule = {
  aggregation: 'least-squares',
  // A merge ends where one run has ended: at best the shorter one, at worst all but one text later.
  minPairs: (size) => sumOfMerges(size, (first, second) => Math.min(first, second)),
  maxPairs: (size) => sumOfMerges(size, (first, second) => first + second - 1),
  *pairs(size) {
    let runs: readonly (readonly number[])[] = Array.from({ length: size }, (_, index) => [index]);
    while (runs.length > 1) runs = yield* mergeNeighbours(runs);
  },
};

/** Sums what each merge of two runs takes, by their lengths. */
function sumOfMerges(size: number, pairsOf: (first: number, second: number) => number): number {
  let pairs = 0;
  for (let width = 1; width < size; width *= 2) {
    for (let start = 0; start + width < size; start += 2 * width) {
      pairs += pairsOf(width, Math.min(width, size - start - width));
    }
  }
  return pairs;
}

/** Merges the first run with the second, the third with the fourth, and so on. */
function* mergeNeighbours(
  runs: readonly (readonly number[])[],
): Generator<readonly PairIndices[], readonly (readonly number[])[], readonly PairComparison[]> {
  const merges = Array.from({ length: Math.ceil(runs.length / 2) }, (_, index) => ({
    first: [...(runs[2 * index] ?? [])],
    second: [...(runs[2 * index + 1] ?? [])],
    merged: [] as number[],
  }));
  for (;;) {
    const open = merges.filter(({ first, second }) => first.length > 0 && second.length > 0);
    if (open.length === 0) return merges.map(({ merged, first, second }) => [...merged, ...first, ...second]);
    const comparisons = yield open.map(({ first, second }): PairIndices => [first[0] ?? 0, second[0] ?? 0]);
    for (const [index, { first, second, merged }] of open.entries()) {
      const next = (comparisons[index]?.logit ?? 0) < 0 ? second.shift() : first.shift();
      if (next !== undefined) merged.push(next);
    }
  }
}
