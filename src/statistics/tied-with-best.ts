import { checkNumber } from '../util/check-number.ts';
import type { PromptValues } from './interval.ts';
import { promptCount } from './means.ts';
import {
  differencesByPrompt,
  holmAdjust,
  type PairedOptions,
  sharedWeights,
  signFlipTest,
  type TestOptions,
} from './paired-tests.ts';

/** One column beside the best. */
export interface BehindBest {
  /** Its place among the columns. */
  readonly column: number;
  /** That it is as good as the best, by swapping sides; undefined where they have no prompt in common. */
  readonly pValue: number | undefined;
  /** Adjusted for the number of columns by Holm's method. */
  readonly adjustedPValue: number | undefined;
  /** True where the prompts do not tell it from the best. */
  readonly isTied: boolean;
}

/** What {@link tiedWithBest} finds. */
export interface BestColumns {
  /** Place of the column with the best mean; the first of equal ones. */
  readonly best: number;
  /** The best and all that are tied with it, in the order of the columns. */
  readonly tied: readonly number[];
  /** Each other column that has a number, in the order of the columns. */
  readonly others: readonly BehindBest[];
}

/**
 * The columns that may be the best: the one with the best mean, and those that a paired permutation test does not tell
 * from it.
 *
 * @param columns one number a row each, NaN where there is none.
 * @param options.weights for each column, how much its rows count. @default 1
 * @param options.better which numbers are better. @default higher
 * @param options.significance p-values below it tell two columns apart. @default 0.05
 * @returns undefined where no column has a number.
 * @throws InvalidArgumentError where columns have different lengths.
 */
export function tiedWithBest(
  columns: readonly PromptValues[],
  options: TestOptions & {
    readonly index?: PairedOptions['index'];
    readonly weights?: readonly (PromptValues | undefined)[] | undefined;
    readonly better?: 'higher' | 'lower' | undefined;
    readonly significance?: number | undefined;
  } = {},
): BestColumns | undefined {
  const { better = 'higher', significance = 0.05, index, weights, ...testOptions } = options;
  checkNumber('significance', significance, { above: 0, max: 0.5 });
  const sign = better === 'higher' ? 1 : -1;
  promptCount(columns);
  const means = columns.map((column, place) => sign * meanOf(column, weights?.[place]));
  const known = means.flatMap((mean, column) => (Number.isNaN(mean) ? [] : [column]));
  const [first] = known;
  if (first === undefined) return undefined;
  const best = known.reduce((top, column) => ((means[column] ?? 0) > (means[top] ?? 0) ? column : top), first);
  const compared = known
    .filter((column) => column !== best)
    .map((column) => {
      const { sums, counts } = differencesByPrompt(columns[best] ?? [], columns[column] ?? [], {
        index,
        weights: sharedWeights(weights?.[best], weights?.[column]),
      });
      const isKnown = counts.some((count) => count > 0);
      return { column, pValue: isKnown ? signFlipTest(sums, testOptions) : undefined };
    });
  const tested = compared.flatMap(({ column, pValue }) => (pValue === undefined ? [] : [{ column, pValue }]));
  const adjusted = holmAdjust(tested.map(({ pValue }) => pValue));
  const adjustedOf = new Map(tested.map(({ column }, place) => [column, adjusted[place] ?? 1]));
  const others = compared.map(({ column, pValue }): BehindBest => {
    const adjustedPValue = adjustedOf.get(column);
    const isTied = adjustedPValue === undefined || adjustedPValue >= significance;
    return { column, pValue, adjustedPValue, isTied };
  });
  const tied = [best, ...others.filter(({ isTied }) => isTied).map(({ column }) => column)];
  return { best, tied: tied.toSorted((a, b) => a - b), others };
}

function meanOf(column: PromptValues, weights: PromptValues | undefined): number {
  let [sum, count] = [0, 0];
  for (const [row, value] of column.entries()) {
    if (Number.isNaN(value)) continue;
    const weight = weights?.[row] ?? 1;
    sum += weight * value;
    count += weight;
  }
  return count === 0 ? Number.NaN : sum / count;
}
