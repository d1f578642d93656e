import type { Verdict } from '../../spec/pair-ranker.ts';

/** Probability of each of the four choices, summing to 1. */
export type VerdictProbabilities = Readonly<Record<Verdict, number>>;

/** Normalises log probabilities over the four choices (softmax), safe against underflow. */
export function toVerdictProbabilities(logProbabilities: Readonly<Record<Verdict, number>>): VerdictProbabilities {
  const highest = Math.max(...Object.values(logProbabilities));
  const weights = Object.entries(logProbabilities).map(
    ([verdict, value]) => [verdict, Math.exp(value - highest)] as const,
  );
  const sum = weights.reduce((total, [, weight]) => total + weight, 0);
  return Object.fromEntries(weights.map(([verdict, weight]) => [verdict, weight / sum])) as Record<Verdict, number>;
}

/** Keeps log-odds finite (within about 27) where a probability is too small for a number. */
const MIN_PROBABILITY = 1e-12;

/**
 * Log-odds that left is better. Both ties count half for each side, so a judge that mostly sees a tie stays near 0
 * whatever the ratio of the rest.
 */
export function verdictLogit(probabilities: VerdictProbabilities): number {
  const tie = (probabilities['both-good'] + probabilities['both-bad']) / 2;
  return Math.log(probabilities.left + tie + MIN_PROBABILITY) - Math.log(probabilities.right + tie + MIN_PROBABILITY);
}

/**
 * Probability given to a verdict in words, which says nothing about how sure it is. Nominal: what matters is that it is
 * finite and the same for every pair.
 */
const WORD_PROBABILITY = 0.9;

/** Log-odds of a verdict in words: ln 9 for left, -ln 9 for right, 0 for both ties. */
export function wordLogit(verdict: Verdict): number {
  const odds = Math.log(WORD_PROBABILITY / (1 - WORD_PROBABILITY));
  return verdict === 'left' ? odds : verdict === 'right' ? -odds : 0;
}

/** The likeliest of the four choices; among equals the first in the order left, right, both good, both bad. */
export function likeliestVerdict(probabilities: VerdictProbabilities): Verdict {
  const entries = Object.entries(probabilities) as [Verdict, number][];
  return entries.reduce((best, entry) => (entry[1] > best[1] ? entry : best), entries[0] ?? ['both-bad', 0])[0];
}
