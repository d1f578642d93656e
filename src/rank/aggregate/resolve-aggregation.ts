import { aboutEach, checkChoice } from '../../util/choices.ts';
import type { LogitMatrix } from '../logit-matrix.ts';
import { borda } from './borda.ts';
import { bradleyTerry } from './bradley-terry.ts';
import { expectedLogits } from './expected-logits.ts';
import { leastSquares } from './least-squares.ts';
import { maxLogits } from './max-logits.ts';
import { maxWins } from './max-wins.ts';

/** Turns a matrix of comparisons into one score for each candidate, higher = better. Pure. */
export type AggregationFunction = (matrix: LogitMatrix) => readonly number[];

const TABLE = {
  'max-logits': { about: 'how clearly a candidate beats the others', aggregate: maxLogits },
  'max-wins': { about: 'how often it does', aggregate: maxWins },
  'least-squares': { about: 'the strengths that fit the log-odds best', aggregate: leastSquares },
  'expected-logits': { about: 'what max-logits over all pairs is expected to say', aggregate: expectedLogits },
  'bradley-terry': { about: 'the strengths that fit the probabilities best', aggregate: bradleyTerry },
  borda: { about: 'how likely it beats another', aggregate: borda },
} as const satisfies Record<string, { about: string; aggregate: AggregationFunction }>;

/** Name of a built-in aggregation. */
export type AggregationName = keyof typeof TABLE;

/** The built-in aggregations: how comparisons become scores. */
export const AGGREGATIONS = aboutEach(TABLE);

/** The function behind a name; a function is returned as it is. @throws InvalidArgumentError */
export function resolveAggregation(aggregation: AggregationName | AggregationFunction): AggregationFunction {
  if (typeof aggregation === 'function') return aggregation;
  checkChoice('aggregation', aggregation, { choices: AGGREGATIONS, orFunction: true });
  return TABLE[aggregation].aggregate;
}
