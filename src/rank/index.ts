export type { AggregationFunction, AggregationName } from './aggregate/resolve-aggregation.ts';
export { bestOfN, type BestOfNResult } from './best-of-n.ts';
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
export type { Strategy } from './schedule/resolve-schedule.ts';
