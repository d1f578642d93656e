export { describeRanker, modelLicence, type RankerDescription } from './describe-ranker.ts';
export { type Exclusion, EXCLUSIONS } from './exclusion.ts';
export {
  PREFERENCE_FORMATS,
  type PreferenceFormat,
  type PreferenceRow,
  type RowSettings,
} from './preference-formats.ts';
export {
  type PreferencePart,
  preferenceRows,
  type PreferenceRowsOptions,
  type UnrankedQuestion,
} from './preference-rows.ts';
export type { LengthGap, PreferenceSummary } from './preference-summary.ts';
export { type AnswerToRank, rankAnswers, type RankAnswersOptions, type RankAnswersResult } from './rank-answers.ts';
export type { RankedAnswer, RankedAnswers, RankedPair } from './ranked-answers.ts';
export type { PairFilters } from './select-pair.ts';
export type { PreferenceSplit } from './split-of.ts';
