export { bootstrapFigures, type PromptWeights, resamplePrompts } from './bootstrap.ts';
export { rateModels, type Rating, type Ratings } from './bradley-terry.ts';
export {
  calibration,
  type Calibration,
  calibrationOf,
  type Forecast,
  type ForecastColumns,
  type ReliabilityBin,
} from './calibration.ts';
export { kendallTau, pearsonCorrelation, spearmanCorrelation, weightedCorrelation } from './correlation.ts';
export {
  type FigureRange,
  type Interval,
  type PromptValues,
  type ResampleOptions,
  type ResampleSettings,
  resampleSettings,
} from './interval.ts';
export {
  type HabitRate,
  type JudgeHabits,
  judgeHabits,
  type JudgeHabitsOptions,
  type SelfPreference,
} from './judge-habits.ts';
export { type WinColumns, type WinRate, winRate, winRateOf, type WinRow } from './length-control.ts';
export { type MeanOptions, meanIntervals, type Ratio, ratioIntervals, shareInterval, shareIntervals } from './means.ts';
export {
  holmAdjust,
  type McNemarResult,
  mcNemarTest,
  type PairedDifference,
  type PairedOptions,
  pairedDifference,
  sharedWeights,
  type TestOptions,
} from './paired-tests.ts';
export { indexPrompts, type PromptIndex, type PromptRow, sumByPrompt } from './prompt-rows.ts';
export { type BehindBest, type BestColumns, tiedWithBest } from './tied-with-best.ts';
export { leftPoints, type Outcome, OUTCOMES, type Verdict, VerdictTable } from './verdict.ts';
export { type PairTally, type ShareInterval, tallyPairs, wilsonInterval } from './win-rate.ts';
