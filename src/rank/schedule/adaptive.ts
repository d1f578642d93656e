import type { PairComparison } from '../../compare/index.ts';
import { assessGoal } from '../posterior/assess-goal.ts';
import { choosePairs } from '../posterior/choose-pairs.ts';
import { expectedScores } from '../posterior/expected-scores.ts';
import { fitStrengths } from '../posterior/strength-posterior.ts';
import type { PairIndices, Schedule } from './schedule.ts';

/**
 * Compares, in batches, the pairs that can still change whether the goal is met. Ends when the probability that all pairs
 * would meet it the same way reaches the required confidence, or all pairs are compared.
 */
export const adaptive: Schedule = {
  aggregation: 'expected-logits',
  usesPrefilter: true,
  settles: true,
  minPairs: (size, hasPrefilter) => (hasPrefilter || size < 2 ? 0 : Math.ceil(size / 2)),
  maxPairs: (size) => (size * (size - 1)) / 2,
  *pairs(size, { goal, confidence, prefilter }) {
    const comparisons: PairComparison[] = [];
    if (size > 1 && prefilter === undefined) comparisons.push(...(yield neighbours(size)));
    while (comparisons.length < (size * (size - 1)) / 2) {
      const posterior = fitStrengths({ size, comparisons, prefilter });
      const assessment = assessGoal(posterior, goal, expectedScores(posterior));
      if (assessment.confidence >= confidence) return;
      comparisons.push(...(yield choosePairs(posterior, assessment.contests, batchSize(size, comparisons.length))));
    }
  },
};

/** Each candidate once, while nothing is known; the last of an odd number is compared with the first. */
function neighbours(size: number): readonly PairIndices[] {
  return Array.from({ length: Math.ceil(size / 2) }, (_, index): PairIndices => {
    const [left, right] = [2 * index, 2 * index + 1];
    return right < size ? [left, right] : [0, left];
  });
}

/** Small enough that results steer the next batch, large enough that many candidates need few batches. */
function batchSize(size: number, compared: number): number {
  return Math.max(1, Math.ceil(size / 4), Math.ceil(compared / 8));
}
