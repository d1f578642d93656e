import { InvalidArgumentError } from '../error/index.ts';
import { checkNumber, isInRange } from '../util/check-number.ts';
import { dot } from '../util/linear-algebra.ts';
import { bootstrapFigures } from './bootstrap.ts';
import { type Interval, type ResampleOptions, resampleSettings } from './interval.ts';
import { indexPrompts, type PromptRow, promptsOf, sumByPrompt } from './prompt-rows.ts';
import { type ShareInterval, wilsonInterval } from './win-rate.ts';

/** A probability and what came of it. */
export interface Forecast extends PromptRow {
  /** Between 0 and 1, such as the probability that the first candidate is better. */
  readonly probability: number;
  /** 1 where that was so, 0 where not, 0.5 for a tie. */
  readonly outcome: number;
}

/** The forecasts whose probabilities are in one range. */
export interface ReliabilityBin {
  /** Ends of the range; the upper one belongs to the next bin, but 1 to the last. */
  readonly from: number;
  readonly to: number;
  readonly forecasts: number;
  /** Of these forecasts; undefined where there are none. */
  readonly meanProbability: number | undefined;
  /** Share of outcomes, with Wilson's interval over the prompts in the bin; undefined where there are none. */
  readonly observed: ShareInterval | undefined;
}

/** What {@link calibration} finds. */
export interface Calibration {
  readonly forecasts: number;
  /** Mean squared error of the probabilities (Brier 1950): 0 is best, 0.25 is what 0.5 throughout gets. */
  readonly brier: Interval;
  /** Expected calibration error: mean distance between probability and outcome of the bins, by their sizes; 0 is best. */
  readonly ece: Interval;
  /** Mean negative log-likelihood in nats, probabilities kept within 1e-6 of 0 and 1. */
  readonly logLoss: Interval;
  readonly bins: readonly ReliabilityBin[];
}

/**
 * How far probabilities can be taken at their word. Each pair should be there in one order only, or every bin has its
 * mirror image.
 *
 * @param options.bins of equal width. @default 10
 * @returns undefined without forecasts.
 * @throws InvalidArgumentError for a number out of its range.
 */
export function calibration(
  forecasts: readonly Forecast[],
  options: ResampleOptions & { readonly bins?: number | undefined } = {},
): Calibration | undefined {
  return calibrationOf(
    {
      prompts: promptsOf(forecasts),
      probabilities: forecasts.map(({ probability }) => probability),
      outcomes: forecasts.map(({ outcome }) => outcome),
    },
    options,
  );
}

/** Forecasts by columns, which take a small part of the memory of objects. */
export interface ForecastColumns {
  readonly prompts: ArrayLike<string | number>;
  readonly probabilities: readonly number[];
  readonly outcomes: readonly number[];
}

/** The same of columns. */
export function calibrationOf(
  { prompts, probabilities, outcomes }: ForecastColumns,
  options: ResampleOptions & { readonly bins?: number | undefined } = {},
): Calibration | undefined {
  const { bins: binCount = 10, ...resampling } = options;
  checkNumber('bins', binCount, { integer: true, min: 1, max: 1000 });
  for (const probability of probabilities) checkShare('probability', probability);
  for (const outcome of outcomes) checkShare('outcome', outcome);
  const rows = probabilities.length;
  if (rows === 0) return undefined;
  const index = indexPrompts(prompts);
  const binOf = Int32Array.from(probabilities, (one) => Math.min(binCount - 1, Math.floor(one * binCount)));
  const sums = (numberOf: (probability: number, outcome: number, row: number) => number) =>
    sumByPrompt(index, (row) => numberOf(probabilities[row] ?? 0, outcomes[row] ?? 0, row));
  const counts = sums(() => 1);
  const squares = sums((probability, outcome) => (probability - outcome) ** 2);
  const losses = sums(logLossOf);
  const gaps = Array.from({ length: binCount }, (_, bin) =>
    sums((probability, outcome, row) => (binOf[row] === bin ? probability - outcome : 0)),
  );
  const [brier, ece, logLoss] = bootstrapFigures(
    index.prompts,
    (weights) => {
      const total = dot(weights, counts);
      const distance = gaps.reduce((sum, gap) => sum + Math.abs(dot(weights, gap)), 0);
      return [dot(weights, squares) / total, distance / total, dot(weights, losses) / total];
    },
    { ...resampling, range: [0, Infinity] },
  ) as readonly [Interval, Interval, Interval];
  const { confidence } = resampleSettings(resampling);
  const bins = Array.from({ length: binCount }, (_, bin): ReliabilityBin => {
    const inside = new Set<number>();
    let [forecasts, probability, outcome] = [0, 0, 0];
    for (let row = 0; row < rows; row++) {
      if (binOf[row] !== bin) continue;
      inside.add(index.promptOf[row] ?? 0);
      forecasts += 1;
      probability += probabilities[row] ?? 0;
      outcome += outcomes[row] ?? 0;
    }
    const isEmpty = forecasts === 0;
    return {
      from: bin / binCount,
      to: (bin + 1) / binCount,
      forecasts,
      meanProbability: isEmpty ? undefined : probability / forecasts,
      observed: isEmpty ? undefined : wilsonInterval((outcome / forecasts) * inside.size, inside.size, confidence),
    };
  });
  return { forecasts: rows, brier, ece, logLoss, bins };
}

function logLossOf(probability: number, outcome: number): number {
  const kept = Math.min(1 - 1e-6, Math.max(1e-6, probability));
  return -(outcome * Math.log(kept) + (1 - outcome) * Math.log(1 - kept));
}

function checkShare(parameter: string, value: number): void {
  if (isInRange(value, { min: 0, max: 1 })) return;
  throw new InvalidArgumentError({ parameter, value, message: 'expected a number between 0 and 1.' });
}
