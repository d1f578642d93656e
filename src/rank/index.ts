export type { AggregationFunction, AggregationName } from './aggregate/resolve-aggregation.ts';
export { bestOfN, type BestOfNResult, type GeneratedBestOfNResult } from './best-of-n.ts';
export type { Reference, ReferenceChoice } from './choose-reference.ts';
export type { GenerateAndRankOptions } from './generate-and-rank.ts';
export type { LogitMatrix } from './logit-matrix.ts';
export {
  checkRankSettings,
  rank,
  rankByComparisons,
  type RankOptions,
  type RankProgress,
  type RankResult,
  type RankSettings,
  rankTexts,
} from './rank.ts';
export {
  rankWithReference,
  type RankWithReferenceOptions,
  type RankWithReferenceResult,
  type ReferenceComparison,
} from './rank-with-reference.ts';
export type { Strategy } from './schedule/resolve-schedule.ts';
export { topK, type TopKOptions, type TopKResult } from './top-k.ts';
export { worstOfN, type WorstOfNOptions, type WorstOfNResult } from './worst-of-n.ts';
