export type { BatchPart, ItemFailure } from './batch-parts.ts';
export type { BatchInput, Fingerprint, InputItem, InputPosition } from './input/batch-input.ts';
export { checkInputFiles, recordFiles, type RecordFilesOptions } from './input/record-files.ts';
export type { JsonValue } from './job/manifest.ts';
export type { JobCounts } from './journal/journal.ts';
export type { SegmentStore } from './journal/segment-store.ts';
export { type ItemContext, runBatch, type RunBatchOptions } from './run-batch.ts';
export { type JobResult, type JobStatus, jobStatus, readResults } from './job-results.ts';
export { type RecordResult, runRecords } from './run-records.ts';
