export { compare, type CompareOptions, type CompareResult } from './compare.ts';
export { comparePairs } from './compare-pairs.ts';
export { type CompareOrders, EMPTY_LOGIT, type PairComparison } from './pair-comparison.ts';
