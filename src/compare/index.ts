export { compare, type CompareOptions, type CompareResult } from './compare.ts';
export { comparePairs } from './compare-pairs.ts';
export { type CompareOrders, EMPTY_LOGIT, type PairComparison, probabilityOf } from './pair-comparison.ts';
