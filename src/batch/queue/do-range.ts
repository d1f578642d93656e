import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BudgetExceededError, JobError } from '../../error/index.ts';
import type { CallBudget } from '../../spec/call-budget.ts';
import type { BatchPart } from '../batch-parts.ts';
import type { BatchInput } from '../input/batch-input.ts';
import type { FailureStreak } from '../job/failure-streak.ts';
import type { PinnedSettings } from '../job/manifest.ts';
import type { InputRange } from '../job/open-job.ts';
import { type SegmentName, segmentPrefix } from '../journal/segment-names.ts';
import type { SegmentStore } from '../journal/segment-store.ts';
import type { RecordSlots } from '../record-slots.ts';
import { runBatch, type RunBatchOptions } from '../run-batch.ts';
import { RangeLog, removeParts } from './range-log.ts';
import type { RangeOutcome } from './work-on-ranges.ts';

/** Options of {@link doRange}. */
export interface DoRangeOptions<RECORD, OUTPUT extends object> extends Pick<
  PinnedSettings,
  'version' | 'configuration'
> {
  readonly range: InputRange;
  readonly store: SegmentStore;
  /** Where what is in work is kept. */
  readonly workFolder: string;
  /** Where it is saved for other workers, which go on with it when this one dies; undefined where they see its folder. */
  readonly logs: SegmentStore | undefined;
  readonly input: BatchInput<RECORD>;
  readonly work: RunBatchOptions<RECORD, OUTPUT>['work'];
  readonly budget: CallBudget;
  /** Shared by the ranges that this worker has in work. */
  readonly slots: RecordSlots;
  /** Called once all records are begun. */
  readonly onAllBegun: () => void;
  /** Of all ranges that this worker does. */
  readonly failures: FailureStreak;
  /** Another worker that has the range open is waited for so long. */
  readonly leaseMs: number;
  /** Once it aborts, what is in work is done, and the range is given back. */
  readonly stopSignal: AbortSignal;
  readonly onPart: (part: BatchPart<OUTPUT>) => void;
  /** Told of what could not be saved for other workers, and is saved later. */
  readonly onError: (error: unknown) => void;
}

/** How a range ended. */
export type RangeEnd =
  /** `isDiscarded`: another worker has done it as well, and before. */
  | { readonly type: 'done'; readonly isDiscarded: boolean }
  /** Given back. */
  | { readonly type: 'later'; readonly delayMs: number; readonly error?: unknown }
  /** Given back, and nobody can do it: the whole job has to stop. */
  | { readonly type: 'stop'; readonly error: Error }
  /** Given back, and this worker cannot do any. */
  | { readonly type: 'unable'; readonly error: unknown };

/** Wait before a range is taken again whose storage failed. */
const STORAGE_WAIT_MS = 5000;
const LOCK_POLL_MS = 500;
/** What is in work is saved so often within a lease: after that another worker goes on with it. */
const SAVES = 3;

/** Does a range of a job, unless its segment is there already. */
export async function doRange<RECORD, OUTPUT extends object>(
  options: DoRangeOptions<RECORD, OUTPUT>,
): Promise<RangeEnd> {
  const { range, store, workFolder, logs, leaseMs, stopSignal } = options;
  const segment = { number: Math.floor(range.start / range.segmentSize), generation: 1 };
  const isThere = async () => (await store.list(segmentPrefix(segment.number))).length > 0;
  let folder = join(workFolder, String(range.start));
  let isDone = false;
  const giveUpAt = performance.now() + leaseMs;
  try {
    if (await isThere()) return { type: 'done', isDiscarded: false };
    await mkdir(workFolder, { recursive: true });
    for (;;) {
      try {
        const end = await run(options, { folder, segment });
        isDone = true;
        return end;
      } catch (error) {
        if (!(error instanceof JobError && error.reason === 'busy')) throw error;
        if (stopSignal.aborted) return { type: 'later', delayMs: 0 };
        if (await isThere()) return { type: 'done', isDiscarded: false };
        await delay(LOCK_POLL_MS);
        // The one before holds it and does not end: it may hang, or be cut off.
        if (performance.now() > giveUpAt) folder = join(workFolder, `${range.start}-${randomUUID().slice(0, 8)}`);
      }
    }
  } catch (error) {
    // The one who did the range as well may have removed the folder under this one.
    if (await isThere().catch(() => false)) return { type: 'done', isDiscarded: true };
    return endOf(error, stopSignal);
  } finally {
    if (isDone || (await isThere().catch(() => false))) {
      await rm(folder, { recursive: true, force: true }).catch(() => {});
      if (logs !== undefined) await removeParts(logs, segment).catch(() => {});
    }
  }
}

async function run<RECORD, OUTPUT extends object>(
  options: DoRangeOptions<RECORD, OUTPUT>,
  { folder, segment }: { readonly folder: string; readonly segment: SegmentName },
): Promise<RangeEnd> {
  const { range, store, logs, input, work, budget, slots, failures, leaseMs, stopSignal, onAllBegun } = options;
  const { onPart, onError } = options;
  const { version, configuration } = options;
  let isDiscarded = false;
  const counting: SegmentStore = {
    list: (prefix) => store.list(prefix),
    read: (name) => store.read(name),
    remove: (name) => store.remove(name),
    commit: async (name, content) => {
      // Nothing is made of an input that has changed meanwhile.
      await input.check?.(range.input);
      const isFirst = await store.commit(name, content);
      isDiscarded ||= !isFirst;
      return isFirst;
    },
  };
  const reading: BatchInput<RECORD> = {
    ...input,
    async *read(from) {
      try {
        yield* input.read(from);
      } finally {
        onAllBegun();
      }
    },
  };
  const own = { version, configuration, range, store: counting, work };
  const settings = { ...own, input: reading, concurrency: slots, stopSignal };
  const log = logs === undefined ? undefined : await RangeLog.open({ folder, segment, store: logs });
  const ended = new AbortController();
  void log?.keepSaving(leaseMs / SAVES, { signal: ended.signal, onError });
  try {
    const parts = runBatch({ job: folder, ...settings, maxCost: budget, maxFailuresInRow: failures });
    for await (const part of parts) onPart(part);
    return { type: 'done', isDiscarded };
  } finally {
    ended.abort();
    // Nothing is left of a range that is done.
    await log?.save().catch(onError);
  }
}

function endOf(error: unknown, stopSignal: AbortSignal): RangeEnd {
  if (stopSignal.aborted && error === stopSignal.reason) return { type: 'later', delayMs: 0 };
  if (error instanceof BudgetExceededError) return { type: 'stop', error };
  if (error instanceof JobError && error.reason === 'failing') return { type: 'stop', error };
  if (isStorageFailure(error) || (error instanceof JobError && error.reason === 'storage')) {
    return { type: 'later', delayMs: STORAGE_WAIT_MS, error };
  }
  return { type: 'unable', error };
}

/** True for an error of the disk or of object storage, which may pass. */
export function isStorageFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // The lock of a folder is a database, which says in its own way that the disk is full or cannot be written.
  return 'syscall' in error || error.name === 'StorageError' || ('code' in error && error.code === 'ERR_SQLITE_ERROR');
}

/** What the queue is told of an end. */
export function outcomeOf(end: RangeEnd): RangeOutcome {
  if (end.type === 'done') return { type: 'done' };
  return { type: 'later', delayMs: end.type === 'later' ? end.delayMs : 0 };
}
