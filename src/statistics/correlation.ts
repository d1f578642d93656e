import { InvalidArgumentError } from '../error/index.ts';

/** Numbers in the order of the examples. */
type Numbers = ArrayLike<number>;

/**
 * Correlation of Pearson, between -1 and 1.
 *
 * @param weights how often each pair counts. @default once
 * @returns undefined where either side is constant, or there is nothing.
 * @throws InvalidArgumentError where the lengths differ or a number is not finite.
 */
export function pearsonCorrelation(left: Numbers, right: Numbers, weights?: Numbers): number | undefined {
  checkNumbers(left, right);
  const [total, leftSum, rightSum] = [0, 1, 2].map((part) => {
    let sum = 0;
    for (let index = 0; index < left.length; index++) {
      const value = part === 0 ? 1 : part === 1 ? (left[index] ?? 0) : (right[index] ?? 0);
      sum += (weights?.[index] ?? 1) * value;
    }
    return sum;
  }) as [number, number, number];
  let [product, leftSquares, rightSquares, scale] = [0, 0, 0, 0];
  for (let index = 0; index < left.length; index++) {
    const weight = weights?.[index] ?? 1;
    const [a, b] = [(left[index] ?? 0) - leftSum / total, (right[index] ?? 0) - rightSum / total];
    product += weight * a * b;
    leftSquares += weight * a * a;
    rightSquares += weight * b * b;
    scale = Math.max(scale, Math.abs(left[index] ?? 0), Math.abs(right[index] ?? 0));
  }
  // Differences from the mean of a constant are rounding.
  const rounding = total * (1e-13 * scale) ** 2;
  if (!(leftSquares > rounding && rightSquares > rounding)) return undefined;
  return Math.max(-1, Math.min(1, product / Math.sqrt(leftSquares * rightSquares)));
}

/**
 * Rank correlation of Spearman, between -1 and 1; equal numbers share their mean rank, as in SciPy.
 *
 * @param weights how often each pair counts. @default once
 * @returns undefined where either side is constant.
 */
export function spearmanCorrelation(left: Numbers, right: Numbers, weights?: Numbers): number | undefined {
  checkNumbers(left, right);
  return pearsonCorrelation(new MeanRanks(left).ranks(weights), new MeanRanks(right).ranks(weights), weights);
}

/** Ranks of numbers from 1, where equal ones share the mean. Sorts once, for any weights. */
export class MeanRanks {
  readonly #groupOf: Int32Array;
  readonly #groups: number;

  constructor(numbers: Numbers) {
    const distinct = Float64Array.from(new Set(Array.from(numbers))).toSorted();
    const places = new Map(Array.from(distinct, (value, place) => [value, place]));
    this.#groupOf = Int32Array.from(numbers, (value) => places.get(value) ?? 0);
    this.#groups = distinct.length;
  }

  /** @param weights how often each number counts. @default once */
  ranks(weights?: Numbers): Float64Array {
    const sizes = new Float64Array(this.#groups);
    for (const [index, group] of this.#groupOf.entries()) sizes[group] = (sizes[group] ?? 0) + (weights?.[index] ?? 1);
    let before = 0;
    const rankOf = sizes.map((size) => {
      const rank = before + (size + 1) / 2;
      before += size;
      return rank;
    });
    return Float64Array.from(this.#groupOf, (group) => rankOf[group] ?? 0);
  }
}

/**
 * Rank correlation of Kendall with his correction for ties (tau-b), between -1 and 1.
 *
 * @returns undefined where either side is constant.
 */
export function kendallTau(left: Numbers, right: Numbers): number | undefined {
  checkNumbers(left, right);
  let [balance, leftPairs, rightPairs] = [0, 0, 0];
  for (let i = 0; i < left.length; i++) {
    for (let j = 0; j < i; j++) {
      const a = Math.sign((left[i] ?? 0) - (left[j] ?? 0));
      const b = Math.sign((right[i] ?? 0) - (right[j] ?? 0));
      balance += a * b;
      leftPairs += Math.abs(a);
      rightPairs += Math.abs(b);
    }
  }
  return leftPairs === 0 || rightPairs === 0 ? undefined : balance / Math.sqrt(leftPairs * rightPairs);
}

function checkNumbers(left: Numbers, right: Numbers): void {
  if (left.length !== right.length) {
    throw new InvalidArgumentError({
      parameter: 'right',
      value: right.length,
      message: `expected as many numbers as on the left, ${left.length}.`,
    });
  }
  for (const [parameter, numbers] of [
    ['left', left],
    ['right', right],
  ] as const) {
    for (let index = 0; index < numbers.length; index++) {
      if (Number.isFinite(numbers[index])) continue;
      throw new InvalidArgumentError({ parameter, value: numbers[index], message: 'expected finite numbers.' });
    }
  }
}
