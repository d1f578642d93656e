import { InvalidArgumentError } from '../error/index.ts';
import { checkNumber } from '../util/check-number.ts';
import { createRandom } from '../util/random.ts';
import { type Interval, type PromptValues, type ResampleOptions, resampleSettings } from './interval.ts';
import { promptCount, type Ratio, ratioIntervals } from './means.ts';
import { type PromptIndex, sumByPrompt } from './prompt-rows.ts';

/** Options of tests by permutation. */
export interface TestOptions extends ResampleOptions {
  /** How often the sides are swapped at random; so few prompts that fewer swaps exist are tested exactly. @default 10000 */
  readonly permutations?: number | undefined;
}

/** Options of tests of columns with one number a row. */
export interface PairedOptions extends TestOptions {
  /** The prompt of each row. @default each row is a prompt of its own */
  readonly index?: PromptIndex | undefined;
  /** How much each row counts, above 0. @default 1 */
  readonly weights?: PromptValues | undefined;
}

/** How two columns differ on the rows that both have. */
export interface PairedDifference {
  /** Mean of left minus right over the rows, so that it is the difference of the means of the two columns. */
  readonly difference: Interval;
  /** Probability of a mean this far from 0 if the sides were the same, by swapping the sides of whole prompts; two-sided. */
  readonly pValue: number;
  /** Prompts where, over their rows, the left number is higher, the right one, or neither. */
  readonly leftHigher: number;
  readonly rightHigher: number;
  readonly equal: number;
  /** Prompts that only one of them has. They are in no figure. */
  readonly onlyLeft: number;
  readonly onlyRight: number;
}

/**
 * Compares two columns prompt by prompt: the mean difference with its interval, and a permutation test.
 *
 * @param left one number a row, NaN where there is none. @param right the same for the same rows.
 * @returns undefined where no row has both.
 * @throws InvalidArgumentError where the lengths differ.
 */
export function pairedDifference(
  left: PromptValues,
  right: PromptValues,
  options: PairedOptions = {},
): PairedDifference | undefined {
  const rows = promptCount([left, right]);
  const byPrompt = differencesByPrompt(left, right, options);
  const [difference] = ratioIntervals([byPrompt], options);
  if (difference === undefined) return undefined;
  const present = byPrompt.sums.filter((_, prompt) => (byPrompt.counts[prompt] ?? 0) > 0);
  const bar = roundingOf(present);
  const count = (matches: (difference: number) => boolean) => present.filter(matches).length;
  const promptsWith = (isWanted: (row: number) => boolean) => {
    const found = new Set<number>();
    for (let row = 0; row < rows; row++) if (isWanted(row)) found.add(options.index?.promptOf[row] ?? row);
    return [...found].filter((prompt) => byPrompt.counts[prompt] === 0).length;
  };
  return {
    difference,
    pValue: signFlipTest(present, options),
    leftHigher: count((value) => value > bar),
    rightHigher: count((value) => value < -bar),
    equal: count((value) => Math.abs(value) <= bar),
    onlyLeft: promptsWith((row) => !Number.isNaN(left[row])),
    onlyRight: promptsWith((row) => !Number.isNaN(right[row])),
  };
}

/** Left minus right of the rows that have both, summed over the rows of each prompt, and what these rows count. */
export function differencesByPrompt(
  left: PromptValues,
  right: PromptValues,
  { index, weights }: Pick<PairedOptions, 'index' | 'weights'>,
): Ratio {
  const rows = index ?? { prompts: left.length, promptOf: Int32Array.from(left, (_, row) => row) };
  const differences = Float64Array.from(left, (value, row) => differenceOf(value, right[row]));
  const weightOf = (row: number) => (Number.isNaN(differences[row] ?? Number.NaN) ? 0 : (weights?.[row] ?? 1));
  return {
    sums: sumByPrompt(rows, (row) => (weightOf(row) === 0 ? 0 : weightOf(row) * (differences[row] ?? 0))),
    counts: sumByPrompt(rows, weightOf),
  };
}

/** Means of equal numbers differ by rounding, which is no difference. */
function differenceOf(left: number, right = Number.NaN): number {
  return Math.abs(left - right) <= ROUNDING * Math.max(Math.abs(left), Math.abs(right)) ? 0 : left - right;
}

const ROUNDING = 1e-12;

/** How much rows count in a comparison of two columns whose rows stand for different numbers, such as of pairs. */
export function sharedWeights(
  left: PromptValues | undefined,
  right: PromptValues | undefined,
): PromptValues | undefined {
  return left && right && Float64Array.from(left, (weight, row) => Math.min(weight, right[row] ?? 0));
}

/** Sums of rows that cancel out differ from 0 by as much. */
function roundingOf(sums: Float64Array): number {
  return ROUNDING * sums.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Up to this many prompts that differ, all 2^n swaps are looked at. */
const EXACT_PROMPTS = 13;

/** Two-sided p-value that the mean of differences is 0, by flipping the signs of whole prompts. NaN entries are left out. */
export function signFlipTest(differences: Float64Array, options: TestOptions = {}): number {
  const { permutations = 10_000 } = options;
  checkNumber('permutations', permutations, { integer: true, min: 100 });
  const { seed } = resampleSettings(options);
  const values = differences.filter((value) => value !== 0 && !Number.isNaN(value));
  const observed = Math.abs(values.reduce((sum, value) => sum + value, 0));
  // In order, so that the order of the prompts does not matter.
  const sizes = values.map(Math.abs).toSorted();
  // The same sum in another order differs by rounding.
  const bar = observed - 1e-9 * sizes.reduce((sum, value) => sum + value, 0);
  const sums = new SignedSums(sizes);
  if (sizes.length <= EXACT_PROMPTS) {
    const rounds = 2 ** sizes.length;
    let extreme = 0;
    for (let signs = 0; signs < rounds; signs++) {
      extreme += Math.abs(sums.sums(Int32Array.of(signs))[0] ?? 0) >= bar ? 1 : 0;
    }
    return extreme / rounds;
  }
  const { uniform } = createRandom(seed);
  const signs = new Int32Array(LANES * sums.words);
  let extreme = 0;
  for (let round = 0; round < permutations; round += LANES) {
    const lanes = Math.min(LANES, permutations - round);
    for (let word = 0; word < lanes * sums.words; word++) signs[word] = uniform() * 4294967296;
    const found = sums.sums(signs);
    for (let lane = 0; lane < lanes; lane++) extreme += Math.abs(found[lane] ?? 0) >= bar ? 1 : 0;
  }
  return (extreme + 1) / (permutations + 1);
}

/** Sums of numbers with any signs. Those of each four numbers are looked up, which takes a fraction of the time. */
class SignedSums {
  readonly #blocks: number;
  /** For each four numbers their sums with all 16 combinations of signs. */
  readonly #table: Float64Array;
  readonly #sums = new Float64Array(LANES);

  constructor(sizes: Float64Array) {
    this.#blocks = Math.ceil(sizes.length / 4);
    this.#table = new Float64Array(this.#blocks * 16);
    for (let block = 0; block < this.#blocks; block++) {
      const sums = this.#table.subarray(block * 16, block * 16 + 16);
      const own = sizes.subarray(block * 4, block * 4 + 4);
      sums[0] = -own.reduce((sum, value) => sum + value, 0);
      for (let signs = 1; signs < 16; signs++) {
        const lowest = 31 - Math.clz32(signs & -signs);
        sums[signs] = (sums[signs & (signs - 1)] ?? 0) + 2 * (own[lowest] ?? 0);
      }
    }
  }

  /** Words of 32 signs that a sum takes. */
  get words(): number {
    return Math.ceil(this.#blocks / 8);
  }

  /**
   * {@link LANES} sums at once, since each addition has to wait for the one before it in the same sum.
   *
   * @param signs the words of the first sum, then those of the others: a bit for each number, 1 for plus.
   * @returns which is filled anew by the next call.
   */
  sums(signs: Int32Array): Float64Array {
    const [blocks, table, words, sums] = [this.#blocks, this.#table, this.words, this.#sums];
    let [one, two, three, four] = [0, 0, 0, 0];
    for (let word = 0; word < words; word++) {
      let own = signs[word] ?? 0;
      let second = signs[words + word] ?? 0;
      let third = signs[2 * words + word] ?? 0;
      let fourth = signs[3 * words + word] ?? 0;
      const end = Math.min(blocks, 8 * word + 8) * 16;
      for (let start = 128 * word; start < end; start += 16) {
        one += table[start + (own & 15)] ?? 0;
        two += table[start + (second & 15)] ?? 0;
        three += table[start + (third & 15)] ?? 0;
        four += table[start + (fourth & 15)] ?? 0;
        own >>>= 4;
        second >>>= 4;
        third >>>= 4;
        fourth >>>= 4;
      }
    }
    [sums[0], sums[1], sums[2], sums[3]] = [one, two, three, four];
    return sums;
  }
}

/** Sums that are computed at once. */
const LANES = 4;

/** What {@link mcNemarTest} counts. */
export interface McNemarResult {
  /** Two-sided, exact. */
  readonly pValue: number;
  /** Prompts that only one side has right. */
  readonly onlyLeft: number;
  readonly onlyRight: number;
  /** Prompts that both have right, and both wrong. */
  readonly both: number;
  readonly neither: number;
}

/**
 * McNemar's exact test (1947) of two columns of right (1) and wrong (0), one a prompt; NaN where there is none.
 *
 * @throws InvalidArgumentError for other numbers and different lengths.
 */
export function mcNemarTest(left: PromptValues, right: PromptValues): McNemarResult {
  const prompts = promptCount([left, right]);
  const counts = { onlyLeft: 0, onlyRight: 0, both: 0, neither: 0 };
  for (let prompt = 0; prompt < prompts; prompt++) {
    const [own, other] = [checkBinary('left', left[prompt]), checkBinary('right', right[prompt])];
    if (Number.isNaN(own) || Number.isNaN(other)) continue;
    if (own === other) counts[own === 1 ? 'both' : 'neither'] += 1;
    else counts[own === 1 ? 'onlyLeft' : 'onlyRight'] += 1;
  }
  const { onlyLeft, onlyRight } = counts;
  return { ...counts, pValue: fairCoinTest(Math.min(onlyLeft, onlyRight), onlyLeft + onlyRight) };
}

function checkBinary(parameter: string, value = Number.NaN): number {
  if (value === 0 || value === 1 || Number.isNaN(value)) return value;
  throw new InvalidArgumentError({ parameter, value, message: 'expected 1 for right, 0 for wrong, or NaN.' });
}

/** Probability that a fair coin, thrown `throws` times, shows one of its sides at most `fewer` times; both sides counted. */
function fairCoinTest(fewer: number, throws: number): number {
  let [logChoose, sum] = [0, 0];
  for (let heads = 0; heads <= fewer; heads++) {
    sum += Math.exp(logChoose - throws * Math.LN2);
    logChoose += Math.log((throws - heads) / (heads + 1));
  }
  return Math.min(1, 2 * sum);
}

/**
 * Adjusts the p-values of several tests, so that all that stay below a level are below it together (Holm 1979).
 *
 * @returns adjusted p-values in the same order, at most 1.
 */
export function holmAdjust(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((_, index) => index).toSorted((a, b) => (pValues[a] ?? 0) - (pValues[b] ?? 0));
  const adjusted = pValues.map(() => 1);
  let highest = 0;
  for (const [place, index] of order.entries()) {
    highest = Math.max(highest, Math.min(1, (pValues[index] ?? 1) * (order.length - place)));
    adjusted[index] = highest;
  }
  return adjusted;
}
