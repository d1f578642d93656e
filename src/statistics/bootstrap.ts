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
  const known = prompts * resamples <= MOST_BYTES ? rememberedCounts(prompts, seed, resamples) : undefined;
  const draw = drawer(prompts, seed);
  const weights = new Float64Array(prompts);
  for (let resample = 0; resample < resamples; resample++) {
    if (known === undefined) draw(weights);
    else weights.set(known.subarray(resample * prompts, (resample + 1) * prompts));
    visit(weights, resample);
  }
}

/** Fills in how often each prompt is drawn, for one resample after the other. */
function drawer(prompts: number, seed: number): (counts: Float64Array | Uint8Array) => void {
  const { uniform } = createRandom(seed);
  return (counts) => {
    counts.fill(0);
    for (let draw = 0; draw < prompts; draw++) {
      const index = Math.floor(uniform() * prompts);
      counts[index] = (counts[index] ?? 0) + 1;
    }
  };
}

/** Resamples that are remembered, in bytes. */
const MOST_BYTES = 2 ** 24;

/** The last resamples, since all figures of an evaluation have the same, and drawing takes longer than most figures. */
const remembered = new Map<string, Uint8Array>();

/** How often each prompt is drawn, one resample after the other. That one is drawn more than 255 times does not happen. */
function rememberedCounts(prompts: number, seed: number, resamples: number): Uint8Array {
  const key = `${prompts} ${seed}`;
  const known = remembered.get(key);
  if (known !== undefined && known.length >= prompts * resamples) return known;
  remembered.delete(key);
  const counts = new Uint8Array(prompts * resamples);
  const draw = drawer(prompts, seed);
  for (let start = 0; start < counts.length; start += prompts) draw(counts.subarray(start, start + prompts));
  let bytes = counts.length;
  for (const [other, { length }] of [...remembered].toReversed()) {
    bytes += length;
    if (bytes > MOST_BYTES) remembered.delete(other);
  }
  remembered.set(key, counts);
  return counts;
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
