export { compareRuns, type CompareRunsOptions, type RunComparison } from './compare-runs.ts';
export { type DataSet, defineDataSet, type EvaluationRow } from './data/data-set.ts';
export type { DataProblem, Example, ExampleCandidate } from './data/example.ts';
export type { DataFacts } from './data/store-examples.ts';
export { readExamples, type ExampleItem, type ReadExamplesOptions } from './data/read-examples.ts';
export { runEvaluation, type RunEvaluationOptions, type RunPart } from './evaluate.ts';
export { estimateEvaluation } from './run/estimate-evaluation.ts';
export { isModulePath, loadDataSet, loadMetric } from './load-module.ts';
export type {
  EvaluatedExample,
  Failed,
  MeasuredBlend,
  MeasuredCandidate,
  Metrics,
} from './results/evaluated-example.ts';
export { readEvaluated } from './results/join-answers.ts';
export { defineMetric, type EvaluationMetric, type MetricAnswer } from './results/metric.ts';
export { DEFAULT_METRICS, METRIC_NAMES, resolveMetric } from './results/metrics.ts';
export { type EvaluationResults, resultsSchema } from './results/results-schema.ts';
export { readResultsFile, summarizeRun, type SummaryOptions } from './results/summarize.ts';
export type { SummaryProgress } from './results/summary-progress.ts';
export type { BlendAnswer, BlendVariant, RankerAnswer, Spent, StoredComparison } from './run/answers.ts';
export type { BlendOutcome } from './run/blend-outcomes.ts';
export type { ExampleRanking, NamedRanker } from './run/rank-example.ts';
export type { EvaluationKind, RunRecord } from './run/run-record.ts';
export { toCsv } from './tables/csv.ts';
export { columnHead, formatCell, formatValue } from './tables/format-cell.ts';
export { toJUnit } from './tables/junit.ts';
export { type CheckedLimit, checkLimits, type Limit, parseLimit } from './tables/limits.ts';
export { formatP, toMarkdown } from './tables/markdown.ts';
export type { Cell, Column, Table, TableRow } from './tables/table.ts';
export { writeReport } from './write-report.ts';
