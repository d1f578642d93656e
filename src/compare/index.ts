export {
  compare,
  type CompareOptions,
  type CompareResult,
  type CompareSettings,
  prepareComparison,
} from './compare.ts';
export { compareConversations, type CompareConversationsOptions } from './compare-conversations.ts';
export { conversationPair } from './conversation.ts';
export { comparePairs, type ComparePairsOptions, type ComparisonCall } from './compare-pairs.ts';
export { checkOrders, type CompareOrders, EMPTY_LOGIT, ORDERS, type PairComparison } from './pair-comparison.ts';
export {
  checkAnswered,
  type ComparisonSummary,
  type PositionBias,
  type RankerNotes,
  rankerNotes,
  summarizeComparisons,
} from './comparison-summary.ts';
