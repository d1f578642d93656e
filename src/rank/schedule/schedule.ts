import type { PairComparison } from '../../compare/index.ts';
import type { AggregationName } from '../aggregate/resolve-aggregation.ts';
import type { LogitMatrix } from '../logit-matrix.ts';
import type { RankGoal } from '../rank-settings.ts';

/** Indices of two candidates. */
export type PairIndices = readonly [left: number, right: number];

/** What a schedule may use, besides the comparisons. */
export interface ScheduleSettings {
  readonly goal: RankGoal;
  /** Probability of having met the goal at which comparing may end. */
  readonly confidence: number;
  /** Logits of all pairs by a cheaper ranker. */
  readonly prefilter?: LogitMatrix | undefined;
}

/**
 * Decides which pairs are compared. Yields batches of pairs and is sent the comparisons of each batch, so that it may
 * choose the next ones by the results so far. Compares no pair twice.
 *
 * The candidates are handed over in an order drawn by the seed from the texts alone, so a schedule needs no randomness of
 * its own and cannot depend on the order of the input.
 */
export type ScheduleFunction = (
  size: number,
  settings: ScheduleSettings,
) => Generator<readonly PairIndices[], void, readonly PairComparison[]>;

/** A schedule with the aggregation that suits it where the caller names none. */
export interface Schedule {
  readonly pairs: ScheduleFunction;
  readonly aggregation: AggregationName;
  /** It uses the prefilter's logits. */
  readonly usesPrefilter?: boolean;
  /** It ends once the goal is met; the others end after a fixed number of pairs. */
  readonly settles?: boolean;
  /** The fewest pairs it compares for N candidates, with the logits of a prefilter or without. */
  readonly minPairs: (size: number, hasPrefilter: boolean) => number;
  /** The most. */
  readonly maxPairs: (size: number) => number;
}
