export { withoutUndefined } from './gen-ai-attributes.ts';
export { inSpan } from './in-span.ts';
export { observeModel, type ObserveModelOptions } from './observe-model.ts';
export { observeSavedCalls } from './observe-saved-calls.ts';
export { observeRanker } from './observe-ranker.ts';
export { recordsContent, type TelemetryOptions } from './telemetry-options.ts';
export type { CallRecord, ComparisonRecord, ScoreRecord, TraceObserver, TraceRecord } from './trace-record.ts';
export { currentWork, doWork, type Work } from './work.ts';
