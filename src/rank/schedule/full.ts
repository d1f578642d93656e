import type { PairIndices, Schedule } from './schedule.ts';

/**
 * Every pair once, N (N - 1) / 2 of them, in one batch. In rounds of disjoint pairs (the circle method of tournaments),
 * so that also a part of them compares every candidate about equally often.
 */
export const full: Schedule = {
  aggregation: 'max-logits',
  minPairs: (size) => (size * (size - 1)) / 2,
  maxPairs: (size) => (size * (size - 1)) / 2,
  *pairs(size) {
    const pairs = allPairs(size);
    if (pairs.length > 0) yield pairs;
  },
};

/** Every pair once, in rounds of disjoint ones. */
export function allPairs(size: number): readonly PairIndices[] {
  // With an odd number, the candidate paired with the place after the last rests.
  const places = size + (size % 2);
  const pairs: PairIndices[] = [];
  for (let round = 0; round < places - 1; round++) {
    const circle = [0, ...Array.from({ length: places - 1 }, (_, index) => 1 + ((index + round) % (places - 1)))];
    for (let place = 0; place < places / 2; place++) {
      const [first, second] = [circle[place] ?? 0, circle[places - 1 - place] ?? 0];
      if (first < size && second < size) pairs.push([Math.min(first, second), Math.max(first, second)]);
    }
  }
  return pairs;
}
