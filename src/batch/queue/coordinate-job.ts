import { hash } from 'node:crypto';
import { JobError } from '../../error/index.ts';
import { raceAbort } from '../../util/race-abort.ts';
import { keepYoungHeapSmall } from '../../util/small-heap.ts';
import { type JobStatus, jobStatus } from '../job-results.ts';
import type { BatchInput } from '../input/batch-input.ts';
import { lockJob } from '../job/job-lock.ts';
import { type Manifest, type PinnedSettings, rangeOf } from '../job/manifest.ts';
import { openFolder, openJob } from '../job/open-job.ts';
import { CountedSegments } from '../journal/counted-segments.ts';
import { latestGenerations } from '../journal/segment-names.ts';
import type { SegmentStore } from '../journal/segment-store.ts';
import { unfinishedRanges } from '../plan-ranges.ts';
import { CLOCK } from './clock.ts';
import { JobBill } from './job-bill.ts';
import { jobList, jobState, newJobState, type QueuedJob } from './job-documents.ts';
import type { QueueConnection } from './range-queue.ts';
import type { JobSpending } from './job-spending.ts';
import { type JobReport, reportJob } from './report-job.ts';
import type { KeptParts } from './shared/kept-parts.ts';
import { watchRanges } from './watch-ranges.ts';

/** Options of {@link coordinateJob}. */
export interface CoordinateJobOptions extends Pick<PinnedSettings, 'version' | 'configuration'> {
  /** The folder of the job on this machine. */
  readonly job: string;
  readonly input: BatchInput<unknown>;
  readonly segmentSize: number;
  readonly store: SegmentStore;
  /** Where workers keep what they have spent. */
  readonly spending: KeptParts | undefined;
  readonly queue: QueueConnection;
  /** Most US dollars that all workers and runs may spend. */
  readonly maxCost: number | undefined;
  readonly abortSignal: AbortSignal;
  /** Called once the job is open: puts everything where workers find it. @returns what workers are told of the job. */
  readonly announce: (manifest: Manifest) => Promise<QueuedJob>;
  /** Told how many ranges there are to do. */
  readonly onPlan: (ranges: number) => void;
  readonly onReport: (report: JobReport) => void;
  readonly onError: (error: unknown) => void;
  /** Called when all is finished, while the job is still locked. */
  readonly onFinished: (status: JobStatus, spending: JobSpending) => Promise<void>;
}

/** A worker that is not heard of for so long is not counted. */
const LEASE_MS = 30_000;
/** What does not close is left. */
const CLOSE_MS = 4000;
/** At the end, calls that another worker has under way are waited for so long, and what a queue has just lost. */
const END_MS = 5000;
const END_LOOK_MS = 100;

/**
 * Hands a job to the workers of a queue and waits until all is done. Run again, it goes on.
 *
 * @throws InvalidArgumentError for two records with one id, and where the job began with something else; JobError where
 * another process waits for it, or a worker has stopped it; the signal's reason on abort: workers go on.
 */
export async function coordinateJob(options: CoordinateJobOptions): Promise<void> {
  const { job, input, store, queue, abortSignal, onError } = options;
  await input.check?.();
  await openFolder(job);
  const lock = lockJob(job);
  try {
    const { manifest, ranges } = await plan(options);
    const entry = await options.announce(manifest);
    const name = jobName(entry.url, manifest);
    options.onPlan(ranges.length);
    const range = rangeOf(manifest);
    const size = manifest.segmentSize;
    const finishedNow = async () => latestGenerations(await store.list());
    await using counted = await CountedSegments.open(job, store);
    await counted.add(await finishedNow());
    const list = jobList(queue.documents, onError);
    // Counts of finished ranges, for a document that is made anew.
    const { usage, ...before } = await jobStatus(job, { store });
    const known = { done: before.done, failed: before.failed };
    const state = jobState(queue.documents, name, { create: () => newJobState(known), onError });
    const bill = await JobBill.open({ ...options, kept: options.spending, name, results: usage });
    const rangeQueue = await queue.ranges(name, { leaseMs: LEASE_MS, onError });
    const report = async () =>
      reportJob({
        manifest,
        state,
        spending: bill.spending,
        counts: await rangeQueue.counts().catch(() => undefined),
      });
    /** Puts back what the queue has lost. @returns how far the job is; undefined where the queue fails. */
    const look = async () => {
      try {
        await list.change((jobs) => (jobs[name] = entry));
        await bill.look();
        if ((await state.read()).state === undefined) await state.change(() => {});
        return await report();
      } catch (error) {
        onError(error);
        return undefined;
      }
    };
    try {
      await state.change((now) => {
        delete now.stop;
        now.refusals = {};
      });
      const watched = watchRanges({
        queue: rangeQueue,
        job: entry.url,
        ranges,
        finished: async () => {
          const finished = await finishedNow();
          counted.add(finished).catch(onError);
          return new Set([...finished.keys()].map((number) => Math.max(range.start, number * size)));
        },
        clock: CLOCK,
        abortSignal,
        onError,
        onProgress: async () => {
          const now = await look();
          if (now === undefined) return;
          known.done = now.done;
          known.failed = now.failed;
          options.onReport(now);
          if (now.stop !== undefined) throw new JobError({ reason: 'failing', message: now.stop });
        },
      });
      // A queue that is away answers nothing.
      await raceAbort(watched, abortSignal);
      await counted.add(await finishedNow());
      const endsAt = CLOCK.now() + END_MS;
      await raceAbort(look(), abortSignal);
      while (!bill.isWhole && CLOCK.now() < endsAt) {
        await CLOCK.sleep(END_LOOK_MS, abortSignal);
        await raceAbort(look(), abortSignal);
      }
      const status = await jobStatus(job, { store });
      await options.onFinished(status, await bill.finish(status.usage));
      await rangeQueue.clear().catch(onError);
      await forget(queue, name);
    } catch (error) {
      // Workers that are told to stop do not take up what is left.
      if (!abortSignal.aborted) await list.change((jobs) => delete jobs[name]).catch(() => {});
      throw error;
    } finally {
      const closed = Promise.allSettled([rangeQueue.close(), list.close(), state.close(), bill.close()]);
      await Promise.race([closed, CLOCK.sleep(CLOSE_MS)]);
    }
  } finally {
    lock[Symbol.dispose]();
  }
}

async function plan({ job, store, abortSignal, ...settings }: CoordinateJobOptions) {
  const heap = keepYoungHeapSmall();
  try {
    const { manifest, positions } = await openJob({ job, ...settings }, abortSignal);
    return { manifest, ranges: unfinishedRanges({ manifest, positions }, await store.list()) };
  } finally {
    heap[Symbol.dispose]();
  }
}

/** Names a job in the queue: another one in the same place has another name. */
export function jobName(url: string, manifest: Manifest): string {
  return `job-${hash('sha256', `${url}\n${JSON.stringify(manifest)}`).slice(0, 16)}`;
}

async function forget(queue: QueueConnection, name: string): Promise<void> {
  await jobList(queue.documents).change((jobs) => delete jobs[name]);
  for (const document of [`job:${name}`, `budget:${name}`]) {
    const { version } = await queue.documents.read(document);
    await queue.documents.replace(document, undefined, version);
  }
}
