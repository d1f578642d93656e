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
  const counts = weights === undefined ? new Float64Array(left.length).fill(1) : Float64Array.from(weights);
  return weightedCorrelation(Float64Array.from(left), Float64Array.from(right), counts);
}

/** As {@link pearsonCorrelation}, unchecked, for thousands of resamples. */
export function weightedCorrelation(
  left: Float64Array,
  right: Float64Array,
  weights: Float64Array,
): number | undefined {
  let [total, leftSum, rightSum] = [0, 0, 0];
  for (let index = 0; index < left.length; index++) {
    const weight = weights[index] ?? 0;
    total += weight;
    leftSum += weight * (left[index] ?? 0);
    rightSum += weight * (right[index] ?? 0);
  }
  const leftMean = leftSum / total;
  const rightMean = rightSum / total;
  let [product, leftSquares, rightSquares, scale] = [0, 0, 0, 0];
  for (let index = 0; index < left.length; index++) {
    const weight = weights[index] ?? 0;
    const own = left[index] ?? 0;
    const other = right[index] ?? 0;
    product += weight * (own - leftMean) * (other - rightMean);
    leftSquares += weight * (own - leftMean) ** 2;
    rightSquares += weight * (other - rightMean) ** 2;
    scale = Math.max(scale, Math.abs(own), Math.abs(other));
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
  return pearsonCorrelation(meanRanks(left, weights), meanRanks(right, weights), weights);
}

/** Ranks of numbers from 1, where equal ones share the mean. @param weights how often each counts. */
function meanRanks(numbers: Numbers, weights: Numbers | undefined): Float64Array {
  if (weights === undefined && numbers.length <= FEW) return meanRanksOfFew(numbers);
  const distinct = Float64Array.from(new Set(Array.from(numbers))).toSorted();
  const places = new Map(Array.from(distinct, (value, place) => [value, place]));
  const groupOf = Int32Array.from(numbers, (value) => places.get(value) ?? 0);
  const sizes = new Float64Array(distinct.length);
  for (const [index, group] of groupOf.entries()) sizes[group] = (sizes[group] ?? 0) + (weights?.[index] ?? 1);
  let before = 0;
  const rankOf = sizes.map((size) => {
    const rank = before + (size + 1) / 2;
    before += size;
    return rank;
  });
  return Float64Array.from(groupOf, (group) => rankOf[group] ?? 0);
}

/** Up to so many numbers, each is held against each other one: that is faster than to order them. */
const FEW = 32;

function meanRanksOfFew(numbers: Numbers): Float64Array {
  const ranks = new Float64Array(numbers.length);
  for (let own = 0; own < numbers.length; own++) {
    let [below, equal] = [0, 0];
    for (let other = 0; other < numbers.length; other++) {
      if ((numbers[other] ?? 0) < (numbers[own] ?? 0)) below += 1;
      else if (numbers[other] === numbers[own]) equal += 1;
    }
    ranks[own] = below + (equal + 1) / 2;
  }
  return ranks;
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
