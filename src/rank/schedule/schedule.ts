import type { PairComparison } from '../../compare/index.ts';
import type { AggregationName } from '../aggregate/resolve-aggregation.ts';
import type { LogitMatrix } from '../logit-matrix.ts';
import type { RankGoal } from '../rank-settings.ts';

/** Indices of two candidates. */
export type PairIndices = readonly [left: number, right: number];

/** What a schedule may go by, besides the answers. */
export interface ScheduleSettings {
  readonly goal: RankGoal;
  /** Probability of having met the goal at which asking may end. */
  readonly confidence: number;
  /** What a cheaper ranker says of all pairs. */
  readonly prefilter?: LogitMatrix | undefined;
}

/**
 * Decides which pairs are asked. Yields batches of pairs and is sent the comparisons of each batch, so that it may
 * choose the next ones by the answers so far. Asks no pair twice.
 *
 * The candidates are handed over in an order drawn by the seed from the texts alone, so a schedule needs no chance of
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
  /** It goes by what a prefilter says. */
  readonly usesPrefilter?: boolean;
  /** It ends because the goal is met, and not because that is its way. */
  readonly settles?: boolean;
  /** The most pairs it asks for N candidates. */
  readonly maxPairs: (size: number) => number;
}
