import type { PairComparison } from '../../compare/index.ts';
import type { AggregationName } from '../aggregate/resolve-aggregation.ts';

/** Indices of two candidates. */
export type PairIndices = readonly [left: number, right: number];

/**
 * Decides which pairs are asked. Yields batches of pairs and is sent the comparisons of each batch, so that it may
 * choose the next ones by the answers so far.
 *
 * The candidates are handed over in an order drawn by the seed from the texts alone, so a schedule needs no chance of
 * its own and cannot depend on the order of the input.
 */
export type ScheduleFunction = (size: number) => Generator<readonly PairIndices[], void, readonly PairComparison[]>;

/** A schedule with the aggregation that suits it where the caller names none. */
export interface Schedule {
  readonly pairs: ScheduleFunction;
  readonly aggregation: AggregationName;
  /** The most pairs it asks for N candidates. */
  readonly mostPairs: (size: number) => number;
}
