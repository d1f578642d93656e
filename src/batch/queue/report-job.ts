import type { Manifest } from '../job/manifest.ts';
import type { JobState } from './job-documents.ts';
import type { RangeCounts } from './range-queue.ts';
import type { JobSpending } from './job-spending.ts';
import type { SharedDocument } from './shared/shared-document.ts';

/** How far a job of a queue is. */
export interface JobReport {
  /** Records. */
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** Ranges that nobody has, and that workers have; undefined where the queue does not answer. */
  readonly waiting: number | undefined;
  readonly running: number | undefined;
  /** Ranges in the queue as running whose worker is not heard of. */
  readonly stalled: number | undefined;
  /** Workers that were heard of lately. */
  readonly workers: number;
  /** Those of them that wait for the storage. */
  readonly waitingForStorage: number;
  /** Records that end in a second, of late. */
  readonly perSecond: number;
  /** Seconds until all are done at that rate; undefined without one. */
  readonly secondsLeft: number | undefined;
  /** US dollars, those that calls under way may cost not included. */
  readonly cost: number;
  /** Attempts at models. */
  readonly calls: number;
  /** Attempts that were under way when their worker died: they may have been paid, and are made again. */
  readonly lostCalls: number;
  readonly discardedRanges: number;
  readonly retakenRanges: number;
  readonly refusals: readonly string[];
  /** Why it cannot go on. */
  readonly stop: string | undefined;
}

/** Reads how far a job is. */
export async function reportJob({
  manifest,
  state,
  spending,
  counts,
}: {
  readonly manifest: Pick<Manifest, 'records'>;
  readonly state: SharedDocument<JobState>;
  /** Undefined where the queue has just lost it. */
  readonly spending: JobSpending | undefined;
  readonly counts: RangeCounts | undefined;
}): Promise<JobReport> {
  const { state: job, now } = await state.read();
  const workers = Object.values(job?.workers ?? {}).filter(({ until }) => until >= now);
  const sum = (name: 'done' | 'failed') => workers.reduce((all, worker) => all + worker[name], job?.[name] ?? 0);
  const atWork = workers.reduce((all, { ranges }) => all + ranges, 0);
  const total = manifest.records;
  const [done, failed] = [Math.min(sum('done'), total), sum('failed')];
  const perSecond = workers.reduce((all, worker) => all + worker.perSecond, 0);
  return {
    total,
    done,
    failed,
    waiting: counts?.waiting,
    running: counts?.running,
    stalled: counts === undefined ? undefined : Math.max(0, counts.running - atWork),
    workers: workers.length,
    waitingForStorage: workers.filter(({ waitsForStorage }) => waitsForStorage).length,
    perSecond,
    secondsLeft: perSecond > 0 ? Math.max(0, total - done - failed) / perSecond : undefined,
    cost: spending?.spent ?? 0,
    calls: spending?.calls ?? 0,
    lostCalls: spending?.lostCalls ?? 0,
    discardedRanges: job?.discardedRanges ?? 0,
    retakenRanges: job?.retakenRanges ?? 0,
    refusals: Object.values(job?.refusals ?? {}),
    stop: job?.stop?.message,
  };
}
