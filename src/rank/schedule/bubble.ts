import type { Schedule } from './schedule.ts';

/**
 * One pass in which the current best is compared with each next candidate (LLM-Blender paper, inference of the PairRanker): N - 1 pairs, enough to name the
 * best. A tie keeps the current best. The comparisons form a tree, for which least squares gives the best of the pass
 * the highest score and every loser its distance from it.
 */
export const bubble: Schedule = {
  aggregation: 'least-squares',
  minPairs: (size) => Math.max(0, size - 1),
  maxPairs: (size) => Math.max(0, size - 1),
  *pairs(size) {
    let best = 0;
    for (let next = 1; next < size; next++) {
      const [comparison] = yield [[best, next]];
      if (comparison !== undefined && comparison.logit < 0) best = next;
    }
  },
};
