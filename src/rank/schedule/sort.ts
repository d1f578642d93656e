import type { PairComparison } from '../../compare/index.ts';
import type { PairIndices, Schedule } from './schedule.ts';

/**
 * Merge sort from the bottom, about N log₂ N comparisons for the whole order: all merges of a level compare their next pair
 * in one batch. A tie, and a pair without an opinion, keeps the one that stood first.
 */
export const sort: Schedule = {
  aggregation: 'least-squares',
  maxPairs(size) {
    let pairs = 0;
    for (let width = 1; width < size; width *= 2)
      for (let start = 0; start + width < size; start += 2 * width) pairs += Math.min(2 * width, size - start) - 1;
    return pairs;
  },
  *pairs(size) {
    let runs: readonly (readonly number[])[] = Array.from({ length: size }, (_, index) => [index]);
    while (runs.length > 1) runs = yield* mergeNeighbours(runs);
  },
};

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
