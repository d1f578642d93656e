import { holmAdjust, pairedDifference, type ResampleSettings, sharedWeights } from '../../statistics/index.ts';
import type { CaseColumn, Prompts } from './figures.ts';
import type { EvaluationResults } from './results-schema.ts';

/** Comparisons of rows as they stand in the results. */
export type RowComparison = EvaluationResults['comparisons'][number];

/** Paired tests of some pairs of rows on one column, corrected for their number by Holm's method. */
export function compareRows(
  pairs: readonly (readonly [string, string])[],
  {
    table,
    column,
    values,
    prompts,
    settings,
  }: {
    table: string;
    column: string;
    /** By row, one number for each case. */
    values: ReadonlyMap<string, CaseColumn>;
    prompts: Prompts;
    settings: ResampleSettings;
  },
): readonly RowComparison[] {
  const compared = pairs.flatMap(([left, right]) => {
    const [own, other] = [values.get(left), values.get(right)];
    if (own === undefined || other === undefined) return [];
    const found = pairedDifference(own.values, other.values, {
      ...settings,
      index: prompts.index,
      weights: sharedWeights(own.weights, other.weights),
    });
    return found === undefined ? [] : [{ left, right, found }];
  });
  const adjusted = holmAdjust(compared.map(({ found }) => found.pValue));
  return compared.map(({ left, right, found }, index): RowComparison => {
    const { value, low, high, prompts: count } = found.difference;
    const { pValue, leftHigher, rightHigher, equal } = found;
    return {
      table,
      column,
      left,
      right,
      difference: { value, low: low ?? null, high: high ?? null, prompts: count },
      pValue,
      adjustedPValue: adjusted[index] ?? 1,
      leftHigher,
      rightHigher,
      equal,
    };
  });
}
