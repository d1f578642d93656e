export { inSpan, failSpan } from './in-span.ts';
export { type CallObserver, observeCalls } from './observe-calls.ts';
export { observeRanker } from './observe-ranker.ts';
export type { CallRecord, ComparisonRecord, ScoreRecord, TraceObserver, TraceRecord } from './trace-record.ts';
export { currentWork, doWork, type Work } from './work.ts';
