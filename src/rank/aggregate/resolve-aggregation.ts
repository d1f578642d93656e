import { InvalidArgumentError } from '../../error/index.ts';
import type { LogitMatrix } from '../logit-matrix.ts';
import { borda } from './borda.ts';
import { bradleyTerry } from './bradley-terry.ts';
import { expectedLogits } from './expected-logits.ts';
import { leastSquares } from './least-squares.ts';
import { maxLogits } from './max-logits.ts';
import { maxWins } from './max-wins.ts';

/** Turns a matrix of comparisons into one score for each candidate, higher = better. Pure. */
export type AggregationFunction = (matrix: LogitMatrix) => readonly number[];

const AGGREGATIONS = {
  'max-logits': maxLogits,
  'max-wins': maxWins,
  'least-squares': leastSquares,
  'expected-logits': expectedLogits,
  'bradley-terry': bradleyTerry,
  borda,
} as const satisfies Record<string, AggregationFunction>;

/** Name of a built-in aggregation. */
export type AggregationName = keyof typeof AGGREGATIONS;

/** Names of the built-in aggregations. */
export const AGGREGATION_NAMES = Object.keys(AGGREGATIONS) as readonly AggregationName[];

/** The function behind a name; a function is returned as it is. */
export function resolveAggregation(aggregation: AggregationName | AggregationFunction): AggregationFunction {
  if (typeof aggregation === 'function') return aggregation;
  if (Object.hasOwn(AGGREGATIONS, aggregation)) return AGGREGATIONS[aggregation];
  throw new InvalidArgumentError({
    parameter: 'aggregation',
    value: aggregation,
    message: `expected ${AGGREGATION_NAMES.join(', ')} or a function.`,
  });
}
