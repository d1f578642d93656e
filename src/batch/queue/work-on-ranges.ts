import type { Clock } from './clock.ts';
import type { QueuedRange, RangeQueue, TakenRange } from './range-queue.ts';

/** What became of a range. */
export type RangeOutcome =
  | { readonly type: 'done' }
  /** It is given back, and may be taken again after so many milliseconds. */
  | { readonly type: 'later'; readonly delayMs: number };

/** Options of {@link workOnRanges}. */
export interface WorkOnRangesOptions {
  readonly queue: RangeQueue;
  /** Does a range. It calls `onRoom` once the next one can be begun while this one ends. */
  readonly work: (queued: QueuedRange, attempt: number, onRoom: () => void) => Promise<RangeOutcome>;
  /** A range is another worker's if this one is not heard of for so long. */
  readonly leaseMs: number;
  readonly clock: Clock;
  /** No further range is taken once it aborts. */
  readonly stopSignal: AbortSignal;
  /** Told of errors of the queue and of lost leases; the work goes on. */
  readonly onError: (error: unknown) => void;
  /** Whether to go on where there is no range for now. */
  readonly onIdle: () => Promise<boolean>;
}

/** The lease is renewed so often while it lasts. */
const RENEWALS = 3;
/** Ranges in work at once: one that ends, and the next. */
const MOST_RANGES = 2;
/** Wait after an error of the queue. */
const RETRY_MS = 1000;

/**
 * Takes one range after the other and does it, until the signal aborts or there is no reason to go on. The next one is
 * taken when the last records of one are in work, so that no slot is empty until the slowest of them ends. What is done is
 * safe before the queue hears of it: a range that the queue gives to another worker meanwhile is only done twice.
 */
export async function workOnRanges(options: WorkOnRangesOptions): Promise<void> {
  const { queue, clock, stopSignal, onError, onIdle } = options;
  const inWork = new Set<Promise<void>>();
  while (!stopSignal.aborted) {
    let taken: TakenRange | undefined;
    try {
      taken = await queue.take(stopSignal);
    } catch (error) {
      onError(error);
      await clock.sleep(RETRY_MS, stopSignal);
      continue;
    }
    if (taken !== undefined) {
      const room = Promise.withResolvers<void>();
      const range = workOn(taken, room.resolve, options).finally(() => inWork.delete(range));
      inWork.add(range);
      await Promise.race([range, room.promise]);
      if (inWork.size === MOST_RANGES) await Promise.race(inWork);
    } else if (inWork.size === 0 && !stopSignal.aborted && !(await onIdle())) return;
  }
  await Promise.all(inWork);
}

async function workOn(taken: TakenRange, onRoom: () => void, options: WorkOnRangesOptions): Promise<void> {
  const { work, leaseMs, clock, stopSignal, onError } = options;
  const ended = new AbortController();
  const renew = async () => {
    while (!ended.signal.aborted) {
      await clock.sleep(leaseMs / RENEWALS, ended.signal);
      if (ended.signal.aborted) return;
      // The work goes on in any case: it is done when its segment is there, and not when the queue says so.
      await taken.extend().catch(onError);
    }
  };
  void renew();
  try {
    const outcome = await work(taken.queued, taken.attempt, onRoom);
    if (outcome.type === 'done') await taken.complete();
    else {
      // Waited for here, and not in the queue, where a machine whose clock is wrong could hold a range back for days.
      await clock.sleep(outcome.delayMs, stopSignal);
      await taken.putBack();
    }
  } catch (error) {
    onError(error);
  } finally {
    ended.abort();
  }
}
