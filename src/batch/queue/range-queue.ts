import type { InputRange } from '../job/open-job.ts';
import type { DocumentStore } from './shared/document-store.ts';

/** What the queue holds for a part of a job: no prompts and no answers. */
export interface QueuedRange {
  /** The URL of the job's storage. */
  readonly job: string;
  readonly range: InputRange;
}

/** A range that one worker has, until its lease ends. */
export interface TakenRange {
  readonly queued: QueuedRange;
  /** How often it has been taken, from 1. */
  readonly attempt: number;
  /** Renews the lease. @throws where another worker may have the range now. */
  extend(): Promise<void>;
  /** It is done. @throws where another worker may have the range now. */
  complete(): Promise<void>;
  /** Gives it back, for any worker to take. @throws where another worker may have the range now. */
  putBack(): Promise<void>;
}

/** How many ranges there are. */
export interface RangeCounts {
  /** Nobody has them, including those that were given back for later. */
  readonly waiting: number;
  /** Workers have them. */
  readonly running: number;
}

/** The ranges of one job that are not done. Each is given to at least one worker, and to another when that dies. */
export interface RangeQueue {
  /** Adds ranges. Those that are there already stay as they are. */
  add(ranges: readonly QueuedRange[]): Promise<void>;
  counts(): Promise<RangeCounts>;
  /** Takes the next range. @returns undefined after a while without one, and once the signal aborts. */
  take(stopSignal: AbortSignal): Promise<TakenRange | undefined>;
  /** Removes all ranges. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** A queue in Redis or PostgreSQL. */
export interface QueueConnection {
  /** The address without its password, for messages. */
  readonly name: string;
  /** What its users share besides ranges. */
  readonly documents: DocumentStore;
  /**
   * The ranges of a job.
   *
   * @param job Its name.
   * @param options.leaseMs A worker that is not heard of for so long loses its range.
   * @param options.onError Told when the queue fails. It goes on by itself once the queue is back.
   */
  ranges(
    job: string,
    options: { readonly leaseMs: number; readonly onError: (error: unknown) => void },
  ): Promise<RangeQueue>;
  close(): Promise<void>;
}
