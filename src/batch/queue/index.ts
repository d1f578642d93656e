export { coordinateJob, type CoordinateJobOptions, jobName } from './coordinate-job.ts';
export { doRange, type DoRangeOptions, isStorageFailure, outcomeOf, type RangeEnd } from './do-range.ts';
export { openQueue } from './engines/open-queue.ts';
export { readQueueAddress } from './engines/queue-address.ts';
export { CLOCK, type Clock } from './clock.ts';
export {
  jobBudget,
  type JobList,
  jobList,
  type JobState,
  jobState,
  type QueuedJob,
  noteRefusal,
} from './job-documents.ts';
export type { QueueConnection, QueuedRange, RangeCounts, RangeQueue, TakenRange } from './range-queue.ts';
export { readSpending, type SpendingSums, spendingOf, withLaterCalls } from './job-spending.ts';
export { type JobReport, reportJob } from './report-job.ts';
export { removeParts } from './range-log.ts';
export { RetryingStore, type StoragePatience } from './retrying-store.ts';
export { newGate } from './shared/gate-state.ts';
export type { GateState } from './shared/gate-state.ts';
export type { DocumentStore } from './shared/document-store.ts';
export { OwnSpending } from './shared/own-spending.ts';
export { SharedBudget } from './shared/shared-budget.ts';
export { SharedDocument } from './shared/shared-document.ts';
export { SharedGate } from './shared/shared-gate.ts';
export { checkSame, folderStorage, openStorage, readStoredManifest } from './storage/open-storage.ts';
export { workOnRanges } from './work-on-ranges.ts';
export { FailureStreak } from '../job/failure-streak.ts';
export { RecordSlots } from '../record-slots.ts';
export { DEFAULT_FAILURES_IN_ROW, DEFAULT_SEGMENT_SIZE } from '../run-batch.ts';
export type { JobStorage } from './storage/job-storage.ts';
