import type { PairIndices, Schedule } from './schedule.ts';

/** Every pair once, N (N - 1) / 2 of them, in one batch. */
export const full: Schedule = {
  aggregation: 'max-logits',
  mostPairs: (size) => (size * (size - 1)) / 2,
  *pairs(size) {
    const pairs: PairIndices[] = [];
    for (let left = 0; left < size; left++) for (let right = left + 1; right < size; right++) pairs.push([left, right]);
    if (pairs.length > 0) yield pairs;
  },
};
