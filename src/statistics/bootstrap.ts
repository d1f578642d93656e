import { createRandom } from '../util/random.ts';
import {
  type FigureRange,
  type Interval,
  percentileInterval,
  type ResampleOptions,
  resampleSettings,
} from './interval.ts';

/** How often each prompt was drawn, one entry a prompt. It is filled anew for the next resample, so do not keep it. */
export type PromptWeights = Float64Array;

/** Draws as many prompts as there are, with replacement, again and again, and calls `visit` for each resample. */
export function resamplePrompts(
  prompts: number,
  options: ResampleOptions,
  visit: (weights: PromptWeights, resample: number) => void,
): void {
  const { seed, resamples } = resampleSettings(options);
  const { uniform } = createRandom(seed);
  const weights = new Float64Array(prompts);
  for (let resample = 0; resample < resamples; resample++) {
    weights.fill(0);
    for (let draw = 0; draw < prompts; draw++) {
      const index = Math.floor(uniform() * prompts);
      weights[index] = (weights[index] ?? 0) + 1;
    }
    visit(weights, resample);
  }
}

/**
 * Intervals of any figures by resampling whole prompts, so that all rows of a prompt stay together. All figures are
 * computed of the same resamples.
 *
 * @param prompts how many there are.
 * @param figuresOf the figures of the prompts, each counted as often as its weight says; NaN where one has no value.
 * @param options.range what the figures can be. @default any number
 * @returns one interval for each figure.
 *
 * @example
 * bootstrapFigures(3, (weights) => [weightedMedian([5, 1, 4], weights)]);
 */
export function bootstrapFigures(
  prompts: number,
  figuresOf: (weights: PromptWeights) => ArrayLike<number>,
  options: ResampleOptions & { readonly range?: FigureRange | undefined } = {},
): readonly Interval[] {
  const { resamples, confidence } = resampleSettings(options);
  const values = Float64Array.from(figuresOf(new Float64Array(prompts).fill(1)));
  const replicates = Array.from(values, () => new Float64Array(resamples));
  resamplePrompts(prompts, options, (weights, resample) => {
    const figures = figuresOf(weights);
    for (const [index, row] of replicates.entries()) row[resample] = figures[index] ?? Number.NaN;
  });
  return Array.from(values, (value, index) =>
    percentileInterval(value, replicates[index] ?? [], prompts, confidence, options.range),
  );
}
