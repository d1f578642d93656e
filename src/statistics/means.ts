import { InvalidArgumentError } from '../error/index.ts';
import { dots } from '../util/linear-algebra.ts';
import { type PromptWeights, resamplePrompts } from './bootstrap.ts';
import {
  type FigureRange,
  type Interval,
  percentileInterval,
  type PromptValues,
  type ResampleOptions,
  resampleSettings,
  withoutInterval,
} from './interval.ts';
import { normalQuantile } from './quantiles.ts';
import { wilsonInterval } from './win-rate.ts';

/** Below this many prompts, or this many successes or failures, the bootstrap of a share is too narrow. */
const FEW_PROMPTS = 100;
const FEW_EVENTS = 10;

/**
 * Mean of each column over its prompts, such as the mean rank of each model. All columns are resampled alike.
 *
 * @param columns one number a prompt each, in one order of prompts, NaN where there is none.
 * @param options.range what the numbers can be. @default any number
 * @returns one interval a column; undefined for a column without a number.
 * @throws InvalidArgumentError where columns have different lengths.
 */
export function meanIntervals(
  columns: readonly PromptValues[],
  options: ResampleOptions & { readonly range?: FigureRange | undefined } = {},
): readonly (Interval | undefined)[] {
  const { resamples, confidence } = resampleSettings(options);
  const prompts = promptCount(columns);
  const present = columns.map((column) => prompts - countMissing(column));
  const sums = columns.map((column) => Float64Array.from(column, (value) => (Number.isNaN(value) ? 0 : value)));
  // What a mean is divided by: a column without gaps has all prompts.
  const withGaps = columns.filter((_, index) => present[index] !== prompts);
  const counts = withGaps.map((column) => Float64Array.from(column, (value) => (Number.isNaN(value) ? 0 : 1)));
  const countOf = columns.map((column) => withGaps.indexOf(column));
  const meansOf = (weights: PromptWeights) => {
    const drawn = dots(weights, counts);
    return dots(weights, sums).map((sum, index) => sum / (drawn[countOf[index] ?? -1] ?? prompts));
  };
  const values = meansOf(new Float64Array(prompts).fill(1));
  const replicates = columns.map(() => new Float64Array(resamples));
  resamplePrompts(prompts, options, (weights, resample) => {
    const means = meansOf(weights);
    for (const [index, row] of replicates.entries()) row[resample] = means[index] ?? Number.NaN;
  });
  return columns.map((_, index) => {
    const [value = Number.NaN, known = 0, row = []] = [values[index], present[index], replicates[index]];
    return known === 0 ? undefined : percentileInterval(value, row, known, confidence, options.range);
  });
}

/**
 * Share of successes of each column, such as how often a model is among the best three. A column with few prompts, or a
 * share near 0 or 1, gets the interval of Wilson.
 *
 * @param columns one number between 0 and 1 a prompt each, such as 1 for a win and 0.5 for a tie; NaN where there is none.
 * @param options.rows for each column, of how many wins and losses its numbers are means. @default one a prompt
 * @throws InvalidArgumentError for other numbers and different lengths.
 */
export function shareIntervals(
  columns: readonly PromptValues[],
  { rows, ...options }: ResampleOptions & { readonly rows?: readonly number[] | undefined } = {},
): readonly (Interval | undefined)[] {
  for (const column of columns) {
    for (const value of column) {
      if (value < 0 || value > 1) {
        throw new InvalidArgumentError({ parameter: 'columns', value, message: 'expected numbers between 0 and 1.' });
      }
    }
  }
  const { confidence } = resampleSettings(options);
  return meanIntervals(columns, options).map(
    (interval, index) => interval && widenShare(interval, confidence, rows?.[index]),
  );
}

/** Sums over the rows of each prompt, and how many rows these are; 0 where a prompt has none. */
export interface Ratio {
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

/**
 * The sum over all rows by their number, such as the mean over several examples of each prompt. All are resampled alike.
 *
 * @param ratios of the same prompts. @param options.range what the figures can be. @default any number
 * @returns one interval a ratio; undefined without a row.
 */
export function ratioIntervals(
  ratios: readonly Ratio[],
  options: ResampleOptions & { readonly range?: FigureRange | undefined } = {},
): readonly (Interval | undefined)[] {
  const { resamples, confidence } = resampleSettings(options);
  const prompts = promptCount(ratios.flatMap(({ sums, counts }) => [sums, counts]));
  const columns = ratios.flatMap(({ sums, counts }) => [sums, counts]);
  const figuresOf = (weights: PromptWeights) => {
    const products = dots(weights, columns);
    return ratios.map((_, index) => (products[2 * index] ?? 0) / (products[2 * index + 1] ?? 0));
  };
  const values = figuresOf(new Float64Array(prompts).fill(1));
  const replicates = ratios.map(() => new Float64Array(resamples));
  resamplePrompts(prompts, options, (weights, resample) => {
    const figures = figuresOf(weights);
    for (const [index, row] of replicates.entries()) row[resample] = figures[index] ?? Number.NaN;
  });
  return ratios.map(({ counts }, index) => {
    const present = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
    if (present === 0) return undefined;
    return percentileInterval(values[index] ?? Number.NaN, replicates[index] ?? [], present, confidence, options.range);
  });
}

/**
 * A share that is a sum by a count, such as points by comparisons.
 *
 * @param ratio for each prompt a sum between 0 and the count, with at least one row altogether.
 */
export function ratioInterval(ratio: Ratio, options: ResampleOptions = {}): Interval {
  const [share] = ratioIntervals([ratio], { ...options, range: [0, 1] });
  const rows = ratio.counts.reduce((sum, count) => sum + count, 0);
  return widenShare(share ?? withoutInterval(Number.NaN, 0), resampleSettings(options).confidence, rows);
}

/**
 * A share with the interval of Wilson where the bootstrap's would be too narrow. Rows of one prompt are alike, so together
 * they are worth between one trial and as many as they are; how many, the spread of the resamples says.
 *
 * @param rows of all prompts together. @default one a prompt
 */
export function widenShare(interval: Interval, confidence: number, rows = interval.prompts): Interval {
  const { value, prompts, low = 0, high = 1 } = interval;
  const deviation = (high - low) / (2 * normalQuantile((1 + confidence) / 2));
  const worth = (value * (1 - value)) / deviation ** 2;
  const trials = worth > prompts ? Math.min(rows, worth) : prompts;
  if (prompts >= FEW_PROMPTS && Math.min(value, 1 - value) * trials >= FEW_EVENTS) return interval;
  const wilson = wilsonInterval(value * trials, trials, confidence);
  return { value, low: wilson.low, high: wilson.high, prompts, method: 'wilson' };
}

/** The common length. @throws InvalidArgumentError */
export function promptCount(columns: readonly PromptValues[]): number {
  const prompts = columns[0]?.length ?? 0;
  const other = columns.find(({ length }) => length !== prompts);
  if (other === undefined) return prompts;
  throw new InvalidArgumentError({
    parameter: 'columns',
    value: other.length,
    message: `expected ${prompts} numbers as in the first column, one for each prompt, NaN where there is none.`,
  });
}

function countMissing(column: PromptValues): number {
  let missing = 0;
  for (const value of column) if (Number.isNaN(value)) missing += 1;
  return missing;
}
