export { type AggregationFunction, type AggregationName, AGGREGATIONS } from './aggregate/resolve-aggregation.ts';
export { bestOfN, type BestOfNResult, type GenerateAndRankOptions, type GeneratedBestOfNResult } from './best-of-n.ts';
export type { LogitMatrix } from './logit-matrix.ts';
export {
  type Reference,
  type ReferenceChoice,
  rankWithReference,
  type RankWithReferenceOptions,
  type RankWithReferenceResult,
  type ReferenceComparison,
} from './rank-with-reference.ts';
export type { StrengthInterval } from './posterior/strength-intervals.ts';
export { rank, type RankOptions } from './rank.ts';
export { type RankerWork, type RankExplanation, reorderExplanation, type StopReason } from './rank-explanation.ts';
export { rankByComparisons, type Ranking, type RankProgress, type RankResult, toRanking } from './ranking.ts';
export { checkRankSettings, type GoalName, GOALS, type RankSettings } from './rank-settings.ts';
export { defaultStrategy, rankTexts } from './rank-texts.ts';
export { distinctTexts } from './distinct-texts.ts';
export { resolveSchedule, STRATEGIES, type StrategyName } from './schedule/resolve-schedule.ts';
export { topK, type TopKOptions, type TopKResult } from './top-k.ts';
export { worstOfN, type WorstOfNOptions, type WorstOfNResult } from './worst-of-n.ts';
