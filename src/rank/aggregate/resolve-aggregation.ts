import { checkChoice } from '../../util/choices.ts';
import type { LogitMatrix } from '../logit-matrix.ts';
import { borda } from './borda.ts';
import { bradleyTerry } from './bradley-terry.ts';
import { expectedLogits } from './expected-logits.ts';
import { leastSquares } from './least-squares.ts';
import { maxLogits } from './max-logits.ts';
import { maxWins } from './max-wins.ts';

/** Turns a matrix of comparisons into one score for each candidate, higher = better. Pure. */
export type AggregationFunction = (matrix: LogitMatrix) => readonly number[];

/** The built-in aggregations: how comparisons become scores. */
export const AGGREGATIONS = {
  'max-logits': 'how clearly a candidate beats the others',
  'max-wins': 'how often it does',
  'least-squares': 'the strengths that fit the log-odds best',
  'expected-logits': 'what max-logits over all pairs is expected to say',
  'bradley-terry': 'the strengths that fit the probabilities best',
  borda: 'how likely it beats another',
} as const;

/** Name of a built-in aggregation. */
export type AggregationName = keyof typeof AGGREGATIONS;

const FUNCTIONS: Readonly<Record<AggregationName, AggregationFunction>> = {
  'max-logits': maxLogits,
  'max-wins': maxWins,
  'least-squares': leastSquares,
  'expected-logits': expectedLogits,
  'bradley-terry': bradleyTerry,
  borda,
};

/** The function behind a name; a function is returned as it is. @throws InvalidArgumentError */
export function resolveAggregation(aggregation: AggregationName | AggregationFunction): AggregationFunction {
  if (typeof aggregation === 'function') return aggregation;
  checkChoice('aggregation', aggregation, { choices: AGGREGATIONS, orFunction: true });
  return FUNCTIONS[aggregation];
}
