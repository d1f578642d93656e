export { compare, type CompareOptions, type CompareSettings } from './compare.ts';
export { compareConversations, type CompareConversationsOptions } from './compare-conversations.ts';
export { comparePairs } from './compare-pairs.ts';
export type { CompareResult } from './compare-texts.ts';
export {
  checkOrders,
  type CompareOrders,
  EMPTY_LOGIT,
  ORDERS,
  type PairComparison,
  probabilityOf,
} from './pair-comparison.ts';
export {
  checkAnswered,
  type ComparisonSummary,
  type PositionBias,
  type RankerNotes,
  rankerNotes,
  summarizeComparisons,
} from './comparison-summary.ts';
