import type { InputRange } from '../job/open-job.ts';
import type { Clock } from './clock.ts';
import type { RangeCounts, RangeQueue } from './range-queue.ts';

/** How far a job is. */
export interface RangeProgress extends RangeCounts {
  readonly total: number;
  readonly finished: number;
}

/** Options of {@link watchRanges}. */
export interface WatchRangesOptions {
  readonly queue: RangeQueue;
  /** The URL of the job's storage. */
  readonly job: string;
  /** All ranges that are not finished yet. */
  readonly ranges: readonly InputRange[];
  /** Which of all are finished, by the index of their first item. */
  readonly finished: () => Promise<ReadonlySet<number>>;
  readonly clock: Clock;
  readonly abortSignal: AbortSignal;
  /** Told of errors of the queue and of the storage; it is tried again. */
  readonly onError: (error: unknown) => void;
  /** Called with each look at the queue. What it throws ends the watch. */
  readonly onProgress: (progress: RangeProgress) => Promise<void>;
}

/** Between two looks at the queue. */
const LOOK_MS = 500;
/** Reading the store takes at most this part of the time. */
const STORE_SHARE = 0.1;
/** The longest time between two: a storage that was waited for is no slow one. */
const LONGEST_BETWEEN_MS = 30_000;

/**
 * Sees to it that every range is in the queue until its segment is there, and returns once all are. A queue that was
 * emptied is filled again: only the store says what is done.
 *
 * @throws what `onProgress` throws, the signal's reason on abort.
 */
export async function watchRanges(options: WatchRangesOptions): Promise<void> {
  const { queue, job, clock, abortSignal, onError, onProgress } = options;
  const left = new Map(options.ranges.map((range) => [range.start, range]));
  const total = left.size;
  let lookAgainAt = -Infinity;
  while (left.size > 0) {
    abortSignal.throwIfAborted();
    try {
      let counts = await queue.counts();
      // Every range that is done leaves the queue, and so does everything when the queue is emptied.
      if (counts.waiting + counts.running < left.size && clock.now() >= lookAgainAt) {
        const began = clock.now();
        for (const start of await options.finished()) left.delete(start);
        lookAgainAt = clock.now() + Math.min((clock.now() - began) / STORE_SHARE, LONGEST_BETWEEN_MS);
        if (counts.waiting + counts.running < left.size) {
          await queue.add([...left.values()].map((range) => ({ job, range })));
          counts = await queue.counts();
        }
      }
      await report(onProgress, { ...counts, total, finished: total - left.size });
    } catch (error) {
      if (error instanceof Stop) throw error.reason;
      onError(error);
    }
    if (left.size > 0) await clock.sleep(LOOK_MS, abortSignal);
  }
}

/** Carries what ends the watch past errors that do not. */
class Stop extends Error {
  readonly reason: unknown;

  constructor(reason: unknown) {
    super('stopped');
    this.reason = reason;
  }
}

async function report(onProgress: WatchRangesOptions['onProgress'], progress: RangeProgress): Promise<void> {
  await onProgress(progress).catch((error: unknown) => {
    throw new Stop(error);
  });
}
