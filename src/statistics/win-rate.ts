import { probabilityOf } from '../util/probability-of.ts';
import { normalQuantile } from './quantiles.ts';

/** A share with its uncertainty, all between 0 and 1. */
export interface ShareInterval {
  readonly share: number;
  /** Ends of the interval. */
  readonly low: number;
  readonly high: number;
}

/**
 * Share of successes with the score interval of Wilson (1927), which stays between 0 and 1 and holds for few trials and
 * for shares near the ends.
 *
 * @param successes from 0 to `trials`; half ones are allowed, for ties.
 * @param trials above 0.
 * @param confidence share of intervals that hold the true share. @default 0.95
 */
export function wilsonInterval(successes: number, trials: number, confidence = 0.95): ShareInterval {
  const share = successes / trials;
  const deviate = normalQuantile((1 + confidence) / 2);
  const z2 = deviate ** 2 / trials;
  const centre = (share + z2 / 2) / (1 + z2);
  const reach = (deviate * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials))) / (1 + z2);
  return { share, low: Math.max(0, centre - reach), high: Math.min(1, centre + reach) };
}

/** How the first candidates of pairs did against the second. */
export interface PairTally {
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  /** Pairs without an opinion, which are in no other figure. */
  readonly undecided: number;
  /** Share of pairs that the first won, a tie counting half; undefined without a decided pair. */
  readonly winRate: ShareInterval | undefined;
  /** Mean probability that the first is better; undefined without a decided pair. */
  readonly meanProbability: number | undefined;
}

/**
 * Counts pairs by their log-odds that the first is better: above 0 a win, 0 a tie, NaN no opinion.
 *
 * @example
 * tallyPairs([1.2, -0.3, 0]).winRate; // { share: 0.5, low: 0.12, high: 0.88 }
 */
export function tallyPairs(logits: readonly number[]): PairTally {
  const decided = logits.filter((logit) => !Number.isNaN(logit));
  const wins = decided.filter((logit) => logit > 0).length;
  const losses = decided.filter((logit) => logit < 0).length;
  const ties = decided.length - wins - losses;
  const probabilities = decided.map(probabilityOf);
  return {
    wins,
    ties,
    losses,
    undecided: logits.length - decided.length,
    winRate: decided.length === 0 ? undefined : wilsonInterval(wins + ties / 2, decided.length),
    meanProbability:
      decided.length === 0
        ? undefined
        : probabilities.reduce((sum, probability) => sum + probability, 0) / decided.length,
  };
}
