import { randomUUID } from 'node:crypto';
import type { Job, Queue, Worker } from 'bullmq';
import { JobError } from '../../../error/index.ts';
import { errorMessage } from '../../../util/error-message.ts';
import { importOptional } from '../../../util/import-optional.ts';
import type { QueuedRange, RangeCounts, RangeQueue, TakenRange } from '../range-queue.ts';

export type Library = typeof import('bullmq');
type RangeJob = Job<QueuedRange, void, 'range'>;

/** @throws MissingDependencyError without BullMQ. */
export function loadBullmq(command: string): Promise<Library> {
  return importOptional(() => import('bullmq'), { dependency: 'bullmq', feature: 'A queue', command });
}

/** The error for a queue that does not answer. */
export function unreachable(name: string, cause: unknown): JobError {
  return new JobError({
    reason: 'queue',
    message: `The queue ${name} cannot be reached: ${errorMessage(cause).replace(/\.$/, '')}. Is it running, and is this its address?`,
    cause,
  });
}

/** BullMQ makes a job fail whose workers died more often than this; a range is given out until it is done. */
const MAX_STALLS = 1_000_000_000;
/** Ranges that are added at once. */
const ADDED_AT_ONCE = 1000;
/** Seconds that a worker waits for a range before it looks whether there is another job. */
const WAIT_SECONDS = 2;
/** Events that Redis keeps of a job. */
const EVENTS_KEPT = 1000;

/** The ranges of a job as jobs of BullMQ, one queue for each job. */
export class BullmqRanges implements RangeQueue {
  readonly #queue: Queue<QueuedRange, void, 'range', QueuedRange, void, 'range'>;
  readonly #openWorker: () => Worker<QueuedRange, void, 'range'>;
  readonly #leaseMs: number;
  #worker: Promise<Worker<QueuedRange, void, 'range'>> | undefined;

  /** @param options.openWorker Opens what takes ranges, which a process that only adds them does not need. */
  constructor(
    queue: Queue<QueuedRange, void, 'range', QueuedRange, void, 'range'>,
    {
      openWorker,
      leaseMs,
    }: { readonly openWorker: () => Worker<QueuedRange, void, 'range'>; readonly leaseMs: number },
  ) {
    this.#queue = queue;
    this.#openWorker = openWorker;
    this.#leaseMs = leaseMs;
  }

  async add(ranges: readonly QueuedRange[]): Promise<void> {
    for (let start = 0; start < ranges.length; start += ADDED_AT_ONCE) {
      await this.#queue.addBulk(
        ranges.slice(start, start + ADDED_AT_ONCE).map((queued) => ({
          name: 'range' as const,
          data: queued,
          opts: { jobId: `range-${queued.range.start}`, removeOnComplete: true, removeOnFail: true },
        })),
      );
    }
  }

  async counts(): Promise<RangeCounts> {
    const { active = 0, ...others } = await this.#queue.getJobCounts('waiting', 'delayed', 'active');
    return { waiting: Object.values(others).reduce((sum, count) => sum + count, 0), running: active };
  }

  async take(stopSignal: AbortSignal): Promise<TakenRange | undefined> {
    if (stopSignal.aborted) return undefined;
    const worker = await (this.#worker ??= this.#startWorker());
    const token = randomUUID();
    const job = await worker.getNextJob(token);
    if (job === undefined) return undefined;
    if (stopSignal.aborted) {
      await job.moveToWait(token);
      return undefined;
    }
    return takenRange(job, { token, leaseMs: this.#leaseMs });
  }

  async #startWorker(): Promise<Worker<QueuedRange, void, 'range'>> {
    const worker = this.#openWorker();
    await worker.waitUntilReady();
    await worker.startStalledCheckTimer();
    return worker;
  }

  async clear(): Promise<void> {
    await this.#queue.obliterate({ force: true });
  }

  async close(): Promise<void> {
    const worker = await this.#worker?.catch(() => undefined);
    await Promise.allSettled([worker?.close(true), this.#queue.close()]);
  }
}

/** Options of the queue and the worker of BullMQ. */
export function bullmqOptions({ leaseMs }: { readonly leaseMs: number }) {
  return {
    queue: { streams: { events: { maxLen: EVENTS_KEPT } } },
    worker: {
      lockDuration: leaseMs,
      stalledInterval: leaseMs / 2,
      maxStalledCount: MAX_STALLS,
      drainDelay: WAIT_SECONDS,
    },
  };
}

function takenRange(job: RangeJob, { token, leaseMs }: { token: string; leaseMs: number }): TakenRange {
  return {
    queued: job.data,
    attempt: job.attemptsStarted,
    extend: async () => {
      await job.extendLock(token, leaseMs);
    },
    complete: async () => {
      await job.moveToCompleted(undefined, token, false);
    },
    putBack: async () => {
      await job.moveToWait(token);
    },
  };
}
