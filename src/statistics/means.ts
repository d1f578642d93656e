import { InvalidArgumentError } from '../error/index.ts';
import {
  type FigureRange,
  type Interval,
  type PromptValues,
  type ResampleOptions,
  resampleSettings,
  withoutInterval,
} from './interval.ts';
import { normalQuantile, studentQuantile } from './quantiles.ts';
import { wilsonInterval } from './win-rate.ts';

/** How the interval of a mean is made, where nothing is fitted. */
export type MeanOptions = Pick<ResampleOptions, 'confidence'>;

/** Sums over the rows of each prompt, and how many rows these are; 0 where a prompt has none. */
export interface Ratio {
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

/**
 * Mean of each column over its prompts, such as the mean rank of each model.
 *
 * @param columns one number a prompt each, in one order of prompts, NaN where there is none.
 * @param options.range what the numbers can be. @default any number
 * @returns one interval a column; undefined for a column without a number.
 * @throws InvalidArgumentError where columns have different lengths.
 */
export function meanIntervals(
  columns: readonly PromptValues[],
  options: MeanOptions & { readonly range?: FigureRange | undefined } = {},
): readonly (Interval | undefined)[] {
  promptCount(columns);
  return ratioIntervals(columns.map(onePerPrompt), options);
}

/**
 * The sum over all rows by their number, such as the mean over several examples of each prompt.
 *
 * @param ratios of the same prompts. @param options.range what the figures can be. @default any number
 * @returns one interval a ratio; undefined without a row.
 */
export function ratioIntervals(
  ratios: readonly Ratio[],
  options: MeanOptions & { readonly range?: FigureRange | undefined } = {},
): readonly (Interval | undefined)[] {
  const { confidence } = resampleSettings(options);
  return ratios.map((ratio) => {
    const spread = spreadOf(ratio);
    if (spread === undefined) return undefined;
    const { value, prompts } = spread;
    if (prompts < 2) return withoutInterval(value, prompts);
    const [lowest, highest] = options.range ?? [-Infinity, Infinity];
    const [low, high] = skewCorrected(spread, confidence);
    return { value, low: Math.max(lowest, low), high: Math.min(highest, high), prompts, method: 'skew-corrected-t' };
  });
}

/**
 * Share of successes of each column, such as how often a model is among the best three.
 *
 * @param columns one number between 0 and 1 a prompt each, such as 1 for a win and 0.5 for a tie; NaN where there is none.
 * @param options.rows for each column, of how many wins and losses its numbers are means. @default one a prompt
 * @throws InvalidArgumentError for other numbers and different lengths.
 */
export function shareIntervals(
  columns: readonly PromptValues[],
  { rows, ...options }: MeanOptions & { readonly rows?: readonly number[] | undefined } = {},
): readonly (Interval | undefined)[] {
  promptCount(columns);
  for (const column of columns) {
    for (const value of column) {
      if (value < 0 || value > 1) {
        throw new InvalidArgumentError({ parameter: 'columns', value, message: 'expected numbers between 0 and 1.' });
      }
    }
  }
  return columns.map((column, index) => shareInterval(onePerPrompt(column), { ...options, rows: rows?.[index] }));
}

/**
 * A share that is a sum by a count, such as points by comparisons: the score interval of Wilson.
 *
 * Rows of one prompt are alike, so together they are worth between one trial and as many as they are. How many, the spread
 * over prompts says (Korn and Graubard 1998). Where they are worth more than one, the spread of few prompts may be too small
 * by chance: the interval is then at least as wide as that of a mean, and no wider than with one trial a prompt. Prompts
 * with more rows than others make for fewer trials than there are prompts (Kish 1965).
 *
 * @param ratio for each prompt a sum between 0 and the count. @param options.rows of all prompts together. @default the sum
 * of the counts
 * @returns undefined without a row.
 */
export function shareInterval(
  ratio: Ratio,
  { rows, ...options }: MeanOptions & { readonly rows?: number | undefined } = {},
): Interval | undefined {
  const { confidence } = resampleSettings(options);
  const spread = spreadOf(ratio);
  if (spread === undefined) return undefined;
  const { value, prompts, error, total, least } = spread;
  const one = wilsonInterval(value * least, least, confidence);
  const half = (1 + confidence) / 2;
  const ownWorth = (value * (1 - value)) / error ** 2;
  const worth = least < 1.5 ? 0 : ownWorth * (normalQuantile(half) / studentQuantile(half, degreesOf(least))) ** 2;
  const trials = Math.min(rows ?? total, worth);
  if (!(trials > least)) return { value, low: one.low, high: one.high, prompts, method: 'wilson' };
  const several = wilsonInterval(value * trials, trials, confidence);
  const [low, high] = skewCorrected(spread, confidence);
  return {
    value,
    low: Math.max(one.low, Math.min(several.low, low)),
    high: Math.min(one.high, Math.max(several.high, high)),
    prompts,
    method: 'wilson',
  };
}

/** A mean, and how it varies over prompts. */
interface Spread {
  readonly value: number;
  /** Prompts with a row. */
  readonly prompts: number;
  /** Sum of all counts. */
  readonly total: number;
  /** How many trials the prompts are worth if all rows of each are the same: as many as prompts where counts are equal. */
  readonly least: number;
  /** Standard error of the value. */
  readonly error: number;
  /** Skewness of what prompts add to it. */
  readonly skew: number;
}

function spreadOf({ sums, counts }: Ratio): Spread | undefined {
  let [sum, total, weight, prompts] = [0, 0, 0, 0];
  for (let prompt = 0; prompt < counts.length; prompt++) {
    const count = counts[prompt] ?? 0;
    if (count === 0) continue;
    sum += sums[prompt] ?? 0;
    total += count;
    weight += count ** 2;
    prompts += 1;
  }
  if (prompts === 0) return undefined;
  const value = sum / total;
  const least = total ** 2 / weight;
  let [squares, cubes, scale] = [0, 0, 0];
  for (let prompt = 0; prompt < counts.length; prompt++) {
    const count = counts[prompt] ?? 0;
    if (count === 0) continue;
    const deviation = (sums[prompt] ?? 0) - value * count;
    squares += deviation ** 2;
    cubes += deviation ** 3;
    scale = Math.max(scale, Math.abs(sums[prompt] ?? 0));
  }
  // Differences from the mean of a constant are rounding.
  if (squares <= prompts * (1e-13 * scale) ** 2) return { value, prompts, total, least, error: 0, skew: 0 };
  return {
    value,
    prompts,
    total,
    least,
    error: Math.sqrt((squares * prompts) / (prompts - 1)) / total,
    skew: cubes / prompts / (squares / prompts) ** 1.5,
  };
}

/**
 * A t interval with Hall's correction for skewness (1992, "On the removal of skewness by transformation"): rare large values
 * make a mean uncertain on their side, also where few of them were seen. An end is at most three times as far as that of the
 * plain t interval: beyond, it gets wider without holding the true value more often.
 */
function skewCorrected({ value, prompts, least, error, skew }: Spread, confidence: number): readonly [number, number] {
  const deviate = studentQuantile((1 + confidence) / 2, degreesOf(least));
  const root = Math.sqrt(prompts);
  const reach = (t: number) => {
    if (Math.abs(skew) < 1e-6) return t;
    const corrected = (3 * root * (Math.cbrt(1 + skew * (t / root - skew / (6 * prompts))) - 1)) / skew;
    return Math.max(-FURTHEST * deviate, Math.min(FURTHEST * deviate, corrected));
  };
  return [value - error * reach(deviate), value - error * reach(-deviate)];
}

/** Degrees of freedom: where a few prompts have most rows, the others say little about how far the value may be off. */
function degreesOf(least: number): number {
  return Math.max(1, Math.round(least) - 1);
}

/** @see skewCorrected */
const FURTHEST = 3;

/** A column as a ratio. */
function onePerPrompt(column: PromptValues): Ratio {
  return {
    sums: Float64Array.from(column, (value) => (Number.isNaN(value) ? 0 : value)),
    counts: Float64Array.from(column, (value) => (Number.isNaN(value) ? 0 : 1)),
  };
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
