import { checkNumber } from '../util/check-number.ts';
import { normalShareBelow, sampleQuantile, studentQuantile } from './quantiles.ts';

/** How intervals are made. The same seed gives the same intervals, and resamples the same prompts for every figure. */
export interface ResampleOptions {
  /** An integer. @default 1 */
  readonly seed?: number | undefined;
  /** How often the prompts are drawn anew, at least 100. @default 1000 */
  readonly resamples?: number | undefined;
  /** Share of intervals that hold the true value, between 0.5 and 0.999. @default 0.95 */
  readonly confidence?: number | undefined;
}

/** The options with their defaults, to be written beside the figures. */
export interface ResampleSettings {
  readonly seed: number;
  readonly resamples: number;
  readonly confidence: number;
}

/** A figure with what it may be by chance of the prompts. */
export interface Interval {
  /** The figure, of all prompts. */
  readonly value: number;
  /** Ends of the interval; undefined where there are too few prompts for one. */
  readonly low: number | undefined;
  readonly high: number | undefined;
  /** Prompts that the figure is of. */
  readonly prompts: number;
  /**
   * `skew-corrected-t`: of a mean over prompts. `wilson`: the score interval of a share. `bootstrap`: quantiles of a
   * figure over resampled prompts, widened for few prompts. `posterior`: what a wide prior leaves open, where the data
   * alone do not bound the figure. `none`: no interval can be made.
   */
  readonly method: 'skew-corrected-t' | 'wilson' | 'bootstrap' | 'posterior' | 'none';
}

/** One number for each prompt; NaN where a prompt has none. */
export type PromptValues = readonly number[] | Float64Array;

/** The options with defaults. @throws InvalidArgumentError */
export function resampleSettings(options: ResampleOptions = {}): ResampleSettings {
  const { seed = 1, resamples = 1000, confidence = 0.95 } = options;
  checkNumber('seed', seed, { integer: true });
  checkNumber('resamples', resamples, { integer: true, min: 100 });
  checkNumber('confidence', confidence, { min: 0.5, max: 0.999 });
  return { seed, resamples, confidence };
}

/** Lowest and highest value that a figure can have. */
export type FigureRange = readonly [lowest: number, highest: number];

/** With fewer prompts, resamples do not reach as far as the figure may be off. */
const FEW_PROMPTS = 20;

/**
 * The interval of a figure by its values over resampled prompts. Quantiles are taken further out where prompts are few,
 * as a t interval is wider than a normal one (Hesterberg 2015, "expanded percentile"); with very few prompts it is a t
 * interval with the standard deviation of the resamples.
 *
 * @param replicates the figure over each resample; those that are no number are left out, and if they are more than a
 * tenth, there is no interval.
 */
export function percentileInterval(
  value: number,
  replicates: ArrayLike<number>,
  prompts: number,
  confidence: number,
  [lowest, highest]: FigureRange = [-Infinity, Infinity],
): Interval {
  const sorted = Float64Array.from(replicates)
    .filter((replicate) => Number.isFinite(replicate))
    .toSorted();
  if (prompts < 2 || sorted.length < 0.9 * replicates.length) return withoutInterval(value, prompts);
  const deviate = studentQuantile((1 + confidence) / 2, prompts - 1) * Math.sqrt(prompts / (prompts - 1));
  const ends = () => {
    if (prompts >= FEW_PROMPTS) {
      const tail = normalShareBelow(-deviate);
      return [sampleQuantile(sorted, tail), sampleQuantile(sorted, 1 - tail)] as const;
    }
    const reach = deviate * standardDeviation(sorted);
    return [value - reach, value + reach] as const;
  };
  const [low, high] = ends();
  return { value, low: Math.max(lowest, low), high: Math.min(highest, high), prompts, method: 'bootstrap' };
}

function standardDeviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/** A figure that no interval can be made of. */
export function withoutInterval(value: number, prompts: number): Interval {
  return { value, low: undefined, high: undefined, prompts, method: 'none' };
}
