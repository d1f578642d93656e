export { CallObservation, hasCallSpan } from './call-observation.ts';
export { requestAttributes, withoutUndefined } from './gen-ai-attributes.ts';
export { inSpan, isTracing, TRACER } from './in-span.ts';
export { observeScoring } from './observe-scoring.ts';
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
