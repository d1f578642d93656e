import { EMPTY_LOGIT, type PairComparison } from '../compare/index.ts';
import { probabilityOf } from '../util/probability-of.ts';
import type { DistinctTexts } from './distinct-texts.ts';
import { combinedLogit, toLogitMatrix } from './logit-matrix.ts';
import { strengthIntervals, type StrengthInterval } from './posterior/strength-intervals.ts';
import type { StrengthPosterior } from './posterior/strength-posterior.ts';
import type { GoalName, RankGoal } from './rank-settings.ts';
import type { StrategyName } from './schedule/resolve-schedule.ts';
import type { PairIndices } from './schedule/schedule.ts';

/** Why the strategy stopped. */
export type StopReason =
  /** All pairs were compared. */
  | 'all-pairs'
  /** The goal has the required confidence. */
  | 'settled'
  /** The strategy has no more pairs. */
  | 'strategy-end'
  /** `maxPairs` is reached. */
  | 'max-pairs';

/** Pairs and calls of one ranker. */
export interface RankerWork {
  readonly ranker: string;
  readonly pairs: number;
  readonly calls: number;
}

/** How a ranking came about. Indices count the candidates as given, from 0. */
export interface RankExplanation {
  readonly strategy: StrategyName;
  /** Name of the aggregation; `custom` for a function. */
  readonly aggregation: string;
  readonly goal: GoalName;
  /**
   * Square matrix: `matrix[i][j]` is the log-odds that i beats j, both orders combined. Undefined on the diagonal, for
   * pairs that were not compared, and for pairs without an opinion. Identical candidates have 0, and an empty one loses
   * by rule.
   */
  readonly matrix: readonly (readonly (number | undefined)[])[];
  /** For each candidate, the opponents it beats by the matrix; a tie counts half. */
  readonly opponentsBeaten: readonly number[];
  /** For each candidate, all opponents with an entry in its row of the matrix. */
  readonly opponents: readonly number[];
  /** For each candidate, log-odds against an average one, with their uncertainty; undefined for an empty one. */
  readonly strengths: readonly (StrengthInterval | undefined)[];
  /** Pairs in the order compared, each batch in one call; identical candidates have the index of the first. */
  readonly batches: readonly (readonly PairIndices[])[];
  readonly stopped: StopReason;
  /** The same in one sentence. */
  readonly stopReason: string;
  /**
   * Estimated probability that all pairs would give the same goal, between 0 and 1: the same best, the same best K or
   * the same order. 1 if all pairs were compared. It is about the pairs that were left out, and says nothing of how
   * sure the ranker is: for that see `bestOverSecond`.
   */
  readonly confidence: number;
  /**
   * Probability by the ranker that the best candidate is better than the second, between 0 and 1: from their comparison,
   * else from their strengths. Undefined with fewer than two candidates.
   */
  readonly bestOverSecond: number | undefined;
  /** Work of each ranker, the prefilter first. */
  readonly rankers: readonly RankerWork[];
}

/** The parts that follow from the comparisons. */
export function explainComparisons(options: {
  distinct: DistinctTexts;
  /** With the indices of `distinct`. */
  comparisons: readonly PairComparison[];
  posterior: StrengthPosterior;
  /** The candidates as given, best first. */
  order: readonly number[];
}): Pick<RankExplanation, 'matrix' | 'opponentsBeaten' | 'opponents' | 'strengths' | 'bestOverSecond'> {
  const { distinct, comparisons, posterior, order } = options;
  const known = toLogitMatrix(distinct.texts.length, comparisons);
  const matrix = distinct.indexOf.map((row, i) =>
    distinct.indexOf.map((column, j) => {
      if (i === j) return undefined;
      if (row === column) return 0;
      if (row === undefined) return -EMPTY_LOGIT;
      return column === undefined ? EMPTY_LOGIT : combinedLogit(known, row, column);
    }),
  );
  const rows = matrix.map((row) => row.filter((logit) => logit !== undefined));
  const intervals = strengthIntervals(posterior);
  const strengths = distinct.indexOf.map((index) => (index === undefined ? undefined : intervals[index]));
  const [best = 0, second] = order;
  const between = (other: number) =>
    matrix[best]?.[other] ?? (strengths[best]?.strength ?? 0) - (strengths[other]?.strength ?? 0);
  return {
    matrix,
    opponentsBeaten: rows.map((row) => row.reduce((sum, logit) => sum + (logit > 0 ? 1 : logit === 0 ? 0.5 : 0), 0)),
    opponents: rows.map((row) => row.length),
    strengths,
    bestOverSecond: second === undefined ? undefined : probabilityOf(between(second)),
  };
}

/** The same with indices that count the candidates in another order: `order[place]` is the index in the old. */
export function reorderExplanation(explanation: RankExplanation, order: readonly number[]): RankExplanation {
  const places = order.map((_, index) => order.indexOf(index));
  const { matrix, opponentsBeaten, opponents, strengths, batches } = explanation;
  return {
    ...explanation,
    matrix: order.map((row) => order.map((column) => matrix[row]?.[column])),
    opponentsBeaten: order.map((index) => opponentsBeaten[index] ?? 0),
    opponents: order.map((index) => opponents[index] ?? 0),
    strengths: order.map((index) => strengths[index]),
    batches: batches.map((batch) =>
      batch.map(([left, right]): PairIndices => [places[left] ?? left, places[right] ?? right]),
    ),
  };
}

/** Why the strategy stopped, in one sentence. */
export function explainStop(options: {
  stopped: StopReason;
  goal: RankGoal;
  pairs: number;
  size: number;
  confidence: number;
  requiredConfidence: number;
}): string {
  const { stopped, goal, pairs, size, confidence, requiredConfidence } = options;
  const all = (size * (size - 1)) / 2;
  const what = { best: 'the best', 'top-k': `the best ${goal.kind === 'top-k' ? goal.count : ''}`, order: 'the order' }[
    goal.kind
  ];
  const share = `${pairs} of ${all} pairs`;
  const agreement = `All pairs would name ${what} the same way with probability ${(Math.floor(confidence * 100) / 100).toFixed(2)}`;
  switch (stopped) {
    case 'all-pairs':
      if (all === 0) return 'There is nothing to compare.';
      return all === 1 ? 'The only pair was compared.' : `All ${all} pairs were compared.`;
    case 'settled':
      return `${share} settle ${what}. ${agreement}, and ${requiredConfidence} was required.`;
    case 'max-pairs':
      return `${share} were compared, the most allowed. ${agreement}.`;
    case 'strategy-end':
      return `${share} were compared, as the strategy does. ${agreement}.`;
    default:
      return stopped satisfies never;
  }
}
