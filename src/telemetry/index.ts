export { withoutUndefined } from './gen-ai-attributes.ts';
export { inSpan } from './in-span.ts';
export { observeModel, type ObserveModelOptions } from './observe-model.ts';
export { observeSavedCalls } from './observe-calls.ts';
export { observeRanker } from './observe-ranker.ts';
export { recordsContent, type TelemetryOptions } from './telemetry-options.ts';
export {
  type CallRecord,
  type ComparisonRecord,
  doWork,
  type ScoreRecord,
  type TraceObserver,
  type TraceRecord,
} from './trace-record.ts';
