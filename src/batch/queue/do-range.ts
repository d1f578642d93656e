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
import { segmentPrefix } from '../journal/segment-names.ts';
import type { SegmentStore } from '../journal/segment-store.ts';
import { runBatch, type RunBatchOptions } from '../run-batch.ts';
import type { RangeOutcome } from './work-on-ranges.ts';

/** Options of {@link doRange}. */
export interface DoRangeOptions<RECORD, OUTPUT extends object> extends Pick<
  PinnedSettings,
  'version' | 'configuration'
> {
  readonly range: InputRange;
  readonly store: SegmentStore;
  /** Where what is in work is kept. Where other workers see it as well, they go on with it when this one dies. */
  readonly workFolder: string;
  readonly input: BatchInput<RECORD>;
  readonly work: RunBatchOptions<RECORD, OUTPUT>['work'];
  readonly budget: CallBudget;
  readonly concurrency: number;
  /** Of all ranges that this worker does. */
  readonly failures: FailureStreak;
  /** Another worker that has the range open is waited for so long. */
  readonly leaseMs: number;
  /** Once it aborts, what is in work is done, and the range is given back. */
  readonly stopSignal: AbortSignal;
  readonly onPart: (part: BatchPart<OUTPUT>) => void;
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

/** Does a range of a job, unless its segment is there already. */
export async function doRange<RECORD, OUTPUT extends object>(
  options: DoRangeOptions<RECORD, OUTPUT>,
): Promise<RangeEnd> {
  const { range, store, workFolder, leaseMs, stopSignal } = options;
  const prefix = segmentPrefix(Math.floor(range.start / range.segmentSize));
  const isThere = async () => (await store.list(prefix)).length > 0;
  let folder = join(workFolder, String(range.start));
  const giveUpAt = performance.now() + leaseMs;
  try {
    if (await isThere()) return { type: 'done', isDiscarded: false };
    await mkdir(workFolder, { recursive: true });
    for (;;) {
      try {
        return await run(options, folder);
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
    if (await isThere().catch(() => false)) await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

async function run<RECORD, OUTPUT extends object>(
  options: DoRangeOptions<RECORD, OUTPUT>,
  folder: string,
): Promise<RangeEnd> {
  const { range, store, input, work, budget, concurrency, failures, stopSignal, onPart } = options;
  const { version, configuration } = options;
  let isDiscarded = false;
  const counting: SegmentStore = {
    list: (prefix) => store.list(prefix),
    read: (name) => store.read(name),
    remove: (name) => store.remove(name),
    commit: async (name, content) => {
      const isFirst = await store.commit(name, content);
      isDiscarded ||= !isFirst;
      return isFirst;
    },
  };
  const settings = { version, configuration, input, range, store: counting, work, concurrency, stopSignal };
  const parts = runBatch({ job: folder, ...settings, maxCost: budget, maxFailuresInRow: failures });
  for await (const part of parts) onPart(part);
  return { type: 'done', isDiscarded };
}

function endOf(error: unknown, stopSignal: AbortSignal): RangeEnd {
  if (stopSignal.aborted && error === stopSignal.reason) return { type: 'later', delayMs: 0 };
  if (error instanceof BudgetExceededError) return { type: 'stop', error };
  if (error instanceof JobError && error.reason === 'failing') return { type: 'stop', error };
  const isOfSystem = error instanceof Error && ('syscall' in error || error.name === 'StorageError');
  if (isOfSystem || (error instanceof JobError && error.reason === 'storage')) {
    return { type: 'later', delayMs: STORAGE_WAIT_MS, error };
  }
  return { type: 'unable', error };
}

/** What the queue is told of an end. */
export function outcomeOf(end: RangeEnd): RangeOutcome {
  if (end.type === 'done') return { type: 'done' };
  return { type: 'later', delayMs: end.type === 'later' ? end.delayMs : 0 };
}
