import { InvalidArgumentError } from '../error/index.ts';
import { isInRange } from '../util/check-number.ts';
import { probabilityOf } from '../util/probability-of.ts';
import { resamplePrompts } from './bootstrap.ts';
import { type Interval, percentileInterval, type ResampleOptions, resampleSettings } from './interval.ts';
import { shareInterval } from './means.ts';
import { indexPrompts, type PromptIndex, type PromptRow, promptsOf, rowsByPrompt, sumByPrompt } from './prompt-rows.ts';

/** One comparison of an answer with one of the other side. */
export interface WinRow extends PromptRow {
  /** Points of the own side: 1 for a win, 0 for a loss, 0.5 for a tie, or a probability. */
  readonly points: number;
  /** Lengths of both answers in one unit, such as characters. */
  readonly ownLength?: number | undefined;
  readonly otherLength?: number | undefined;
}

/** A win rate beside what it would be if both sides wrote answers of the same length. All shares are from 0 to 1. */
export interface WinRate {
  /** Mean points. */
  readonly winRate: Interval;
  /**
   * The win rate at equal length: logit P(win) = a + b · tanh(difference of lengths / its standard deviation), read at
   * difference 0, as AlpacaEval does without its terms for the difficulty of its own prompts. Fitted again in each
   * resample. Undefined where it cannot be known, see `lengthNote`.
   */
  readonly lengthControlled: Interval | undefined;
  /**
   * Why there is no controlled rate (`no-lengths`: some are not given; `equal-differences`: they say nothing about the
   * effect of length), or why it is an extrapolation (`always-longer`, `always-shorter`: the own answers).
   */
  readonly lengthNote: 'no-lengths' | 'equal-differences' | 'always-longer' | 'always-shorter' | undefined;
  /** b: above 0 where longer answers win more often than shorter ones. In log-odds. */
  readonly lengthEffect: Interval | undefined;
  /** Share of comparisons of different lengths where the own answer is the longer one; undefined without such. */
  readonly ownLonger: number | undefined;
  readonly rows: number;
  readonly prompts: number;
}

/** Variance of the prior of `a` and `b`, in squared log-odds: it matters only where one side wins everything. */
const PRIOR_VARIANCE = 100;

/**
 * A win rate and its length-controlled twin (Dubois et al. 2024, arXiv 2404.04475).
 *
 * @returns undefined without rows.
 * @throws InvalidArgumentError for points outside of 0 to 1, and lengths that are negative.
 */
export function winRate(rows: readonly WinRow[], options: ResampleOptions = {}): WinRate | undefined {
  for (const { points, ownLength = 0, otherLength = 0 } of rows) {
    check('points', points, { min: 0, max: 1 }, 'expected a number between 0 and 1.');
    for (const length of [ownLength, otherLength]) {
      check('length', length, { min: 0 }, 'expected a number of at least 0.');
    }
  }
  return winRateOf(
    {
      prompts: promptsOf(rows),
      points: Float64Array.from(rows, (row) => row.points),
      longer: lengthDifferences(rows),
    },
    options,
  );
}

/** Comparisons by columns, which take a small part of the memory of {@link WinRow}. */
export interface WinColumns {
  /** One for each comparison. */
  readonly prompts: ArrayLike<string | number>;
  readonly points: Float64Array;
  /** How much each counts. @default 1 */
  readonly weights?: Float64Array | undefined;
  /** Own length less the other's; undefined where some are not known. */
  readonly longer: Float64Array | undefined;
}

/** The same of columns, unchecked. */
export function winRateOf(
  { prompts, points, longer, weights = new Float64Array(points.length).fill(1) }: WinColumns,
  options: ResampleOptions,
): WinRate | undefined {
  if (points.length === 0) return undefined;
  const index = indexPrompts(prompts);
  const x = longer && lengthRegressor(longer);
  const sums = sumByPrompt(index, (row) => (weights[row] ?? 0) * (points[row] ?? 0));
  const counts = sumByPrompt(index, (row) => weights[row] ?? 0);
  const measured = shareInterval({ sums, counts }, options);
  if (measured === undefined) return undefined;
  const [controlled, effect] = x === undefined ? [] : atEqualLength({ points, x, weights }, index, options);
  return {
    winRate: measured,
    lengthControlled: controlled && atLeastAsWide(controlled, measured),
    lengthNote: lengthNoteOf(longer, x !== undefined),
    lengthEffect: effect,
    ownLonger: longer && shareAbove0(longer, weights),
    rows: points.length,
    prompts: index.prompts,
  };
}

/** Weight of the numbers above 0 among those that are not 0; undefined where all are. */
function shareAbove0(numbers: Float64Array, weights: Float64Array): number | undefined {
  let [above, other] = [0, 0];
  for (const [row, value] of numbers.entries()) {
    if (value > 0) above += weights[row] ?? 0;
    else if (value < 0) other += weights[row] ?? 0;
  }
  return above + other === 0 ? undefined : above / (above + other);
}

/** Below this many prompts, or this many of them won or lost, the resamples of the controlled rate vary too little. */
const FEW_PROMPTS = 100;
const FEW_EVENTS = 10;

function atLeastAsWide(controlled: Interval, { value, low, high, prompts }: Interval): Interval {
  const isLarge = prompts >= FEW_PROMPTS && Math.min(value, 1 - value) * prompts >= FEW_EVENTS;
  if (isLarge || low === undefined || high === undefined) return controlled;
  return {
    ...controlled,
    low: Math.max(0, Math.min(controlled.low ?? 1, controlled.value - (value - low))),
    high: Math.min(1, Math.max(controlled.high ?? 0, controlled.value + (high - value))),
  };
}

/** Own length less the other's, undefined unless every row has both. */
function lengthDifferences(rows: readonly WinRow[]): Float64Array | undefined {
  if (rows.some(({ ownLength, otherLength }) => ownLength === undefined || otherLength === undefined)) return undefined;
  return Float64Array.from(rows, ({ ownLength = 0, otherLength = 0 }) => ownLength - otherLength);
}

/** The regressor of each row, from -1 to 1; undefined where differences do not vary. */
function lengthRegressor(deltas: Float64Array): Float64Array | undefined {
  const mean = deltas.reduce((sum, delta) => sum + delta, 0) / deltas.length;
  const squares = deltas.reduce((sum, delta) => sum + (delta - mean) ** 2, 0);
  if (squares === 0) return undefined;
  const deviation = Math.sqrt(squares / (deltas.length - 1));
  return deltas.map((delta) => Math.tanh(delta / deviation));
}

function lengthNoteOf(deltas: Float64Array | undefined, isVaried: boolean): WinRate['lengthNote'] {
  if (deltas === undefined) return 'no-lengths';
  if (!isVaried) return 'equal-differences';
  if (deltas.every((delta) => delta > 0)) return 'always-longer';
  return deltas.every((delta) => delta < 0) ? 'always-shorter' : undefined;
}

/** Resamples are fitted to groups of rows with nearly equal regressors, which takes a fraction of the time: so many from -1 to 1. */
const GROUPS = 512;

/** The win rate at equal length, and the effect of length. */
function atEqualLength(
  { points, x, weights: rowWeights }: Record<'points' | 'x' | 'weights', Float64Array>,
  { prompts, promptOf }: PromptIndex,
  options: ResampleOptions,
): readonly (Interval | undefined)[] {
  const { resamples, confidence } = resampleSettings(options);
  const whole = fitLogistic(x, points, rowWeights, [0, 0]);
  // In the order of the prompts, as prompts that were not drawn are passed over.
  const { rows, starts } = rowsByPrompt({ prompts, promptOf });
  const groupOf = rows.map((row) => Math.min(GROUPS - 1, Math.floor((((x[row] ?? 0) + 1) / 2) * GROUPS)));
  const weightOf = Float64Array.from(rows, (row) => rowWeights[row] ?? 0);
  const pointsOf = Float64Array.from(rows, (row) => (rowWeights[row] ?? 0) * (points[row] ?? 0));
  const middles = Float64Array.from({ length: GROUPS }, (_, group) => ((group + 0.5) / GROUPS) * 2 - 1);
  const [games, won] = [new Float64Array(GROUPS), new Float64Array(GROUPS)];
  const [rates, effects] = [new Float64Array(resamples), new Float64Array(resamples)];
  resamplePrompts(prompts, options, (weights, resample) => {
    games.fill(0);
    won.fill(0);
    for (let prompt = 0; prompt < prompts; prompt++) {
      const weight = weights[prompt] ?? 0;
      if (weight === 0) continue;
      const end = starts[prompt + 1] ?? 0;
      for (let place = starts[prompt] ?? 0; place < end; place++) {
        const group = groupOf[place] ?? 0;
        games[group] = (games[group] ?? 0) + weight * (weightOf[place] ?? 0);
        won[group] = (won[group] ?? 0) + weight * (pointsOf[place] ?? 0);
      }
    }
    const shares = won.map((sum, group) => (games[group] === 0 ? 0 : sum / (games[group] ?? 1)));
    const [a, b] = fitLogistic(middles, shares, games, whole);
    rates[resample] = probabilityOf(a);
    effects[resample] = b;
  });
  return [
    percentileInterval(probabilityOf(whole[0]), rates, prompts, confidence, [0, 1]),
    percentileInterval(whole[1], effects, prompts, confidence),
  ];
}

/** Logistic regression of shares on `x` by Newton's method: intercept and slope. */
function fitLogistic(
  x: Float64Array,
  shares: Float64Array,
  weights: Float64Array,
  start: readonly [number, number],
): readonly [number, number] {
  let [a, b] = start;
  for (let step = 0; step < 50; step++) {
    let [gradientA, gradientB] = [-a / PRIOR_VARIANCE, -b / PRIOR_VARIANCE];
    let [aa, ab, bb] = [1 / PRIOR_VARIANCE, 0, 1 / PRIOR_VARIANCE];
    for (let row = 0; row < x.length; row++) {
      const weight = weights[row] ?? 0;
      if (weight === 0) continue;
      const at = x[row] ?? 0;
      const chance = probabilityOf(a + b * at);
      const error = weight * ((shares[row] ?? 0) - chance);
      const curve = weight * chance * (1 - chance);
      gradientA += error;
      gradientB += error * at;
      aa += curve;
      ab += curve * at;
      bb += curve * at * at;
    }
    const determinant = aa * bb - ab * ab;
    const changeA = (bb * gradientA - ab * gradientB) / determinant;
    const changeB = (aa * gradientB - ab * gradientA) / determinant;
    const length = Math.max(Math.abs(changeA), Math.abs(changeB));
    // Far from the maximum the curve is flat and a whole step would overshoot.
    const share = Math.min(1, 2 / length);
    a += share * changeA;
    b += share * changeB;
    if (length < 1e-8) break;
  }
  return [a, b];
}

function check(parameter: string, value: number, range: { min: number; max?: number }, message: string): void {
  if (!isInRange(value, range)) throw new InvalidArgumentError({ parameter, value, message });
}
