export { type AggregationFunction, type AggregationName, AGGREGATIONS } from './aggregate/resolve-aggregation.ts';
export { bestOfN, type BestOfNResult, type GeneratedBestOfNResult } from './best-of-n.ts';
export type { Reference, ReferenceChoice } from './choose-reference.ts';
export type { GenerateAndRankOptions } from './generate-and-rank.ts';
export type { LogitMatrix } from './logit-matrix.ts';
export {
  rankWithReference,
  type RankWithReferenceOptions,
  type RankWithReferenceResult,
  type ReferenceComparison,
} from './rank-with-reference.ts';
export type { StrengthInterval } from './posterior/strength-intervals.ts';
export { rank, type RankOptions } from './rank.ts';
export { rankByComparisons } from './rank-by-comparisons.ts';
export { type RankerEffort, type RankExplanation, reorderExplanation, type StopReason } from './rank-explanation.ts';
export { type GoalName, GOALS } from './rank-goal.ts';
export type { RankProgress, RankResult } from './rank-result.ts';
export { checkRankSettings, type RankSettings } from './rank-settings.ts';
export { rankTexts } from './rank-texts.ts';
export { STRATEGIES, type Strategy } from './schedule/resolve-schedule.ts';
export { topK, type TopKOptions, type TopKResult } from './top-k.ts';
export { worstOfN, type WorstOfNOptions, type WorstOfNResult } from './worst-of-n.ts';
