import { checkNumber } from '../util/check-number.ts';
import type { PromptValues } from './interval.ts';
import { promptCount } from './means.ts';
import { differencesOf, holmAdjust, signFlipTest, type TestOptions } from './paired-tests.ts';

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
 * @param columns one number a prompt each, NaN where there is none.
 * @param options.better which numbers are better. @default higher
 * @param options.significance p-values below it tell two columns apart. @default 0.05
 * @returns undefined where no column has a number.
 * @throws InvalidArgumentError where columns have different lengths.
 */
export function tiedWithBest(
  columns: readonly PromptValues[],
  options: TestOptions & {
    readonly better?: 'higher' | 'lower' | undefined;
    readonly significance?: number | undefined;
  } = {},
): BestColumns | undefined {
  const { better = 'higher', significance = 0.05, ...testOptions } = options;
  checkNumber('significance', significance, { above: 0, max: 0.5 });
  const sign = better === 'higher' ? 1 : -1;
  promptCount(columns);
  const means = columns.map((column) => sign * meanOf(column));
  const known = means.flatMap((mean, column) => (Number.isNaN(mean) ? [] : [column]));
  const [first] = known;
  if (first === undefined) return undefined;
  const best = known.reduce((top, column) => ((means[column] ?? 0) > (means[top] ?? 0) ? column : top), first);
  const compared = known
    .filter((column) => column !== best)
    .map((column) => {
      const differences = differencesOf(columns[best] ?? [], columns[column] ?? []);
      const isKnown = differences.some((difference) => !Number.isNaN(difference));
      return { column, pValue: isKnown ? signFlipTest(differences, testOptions) : undefined };
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

function meanOf(column: PromptValues): number {
  let [sum, count] = [0, 0];
  for (const value of column) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? Number.NaN : sum / count;
}
