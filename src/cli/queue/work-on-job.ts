import type { BatchPart } from '../../batch/index.ts';
import {
  CLOCK,
  DEFAULT_FAILURES_IN_ROW,
  doRange,
  FailureStreak,
  type DocumentStore,
  jobBudget,
  jobList,
  jobState,
  newGate,
  noteRefusal,
  outcomeOf,
  OwnSpending,
  RecordSlots,
  type RangeEnd,
  RetryingStore,
  SharedBudget,
  SharedDocument,
  SharedGate,
  workOnRanges,
} from '../../batch/queue/index.ts';
import type { CreateGate } from '../../index.ts';
import { errorMessage } from '../../util/error-message.ts';
import { DEFAULT_CONCURRENCY } from '../batch/run-job.ts';
import { RepeatedNotes } from '../lines/repeated-notes.ts';
import { formatCount } from '../render/format.ts';
import { ModelProgressTracker } from '../render/model-progress.ts';
import { oneLine } from '../render/text.ts';
import { withBlender } from '../with-blender.ts';
import { NotedRanges } from './noted-ranges.ts';
import type { OpenedJob } from './open-worker-job.ts';
import type { WorkerParts } from './run-worker.ts';

/** A job that is not in the queue at two looks, so far apart, is over. */
const GONE_MS = 5000;

/**
 * Does ranges of one job until it is over, or the worker is told to stop.
 *
 * @throws what every range would fail with on this machine, such as a missing key.
 */
export async function workOnJob(
  name: string,
  job: OpenedJob,
  parts: WorkerParts & { readonly isOver: () => Promise<boolean> },
): Promise<void> {
  const { queue, flags, leaseMs, context, screen, metrics, storageWaits, onError } = parts;
  const { documents } = queue;
  const { entry } = job;
  screen.note(`Job ${entry.url}`);
  const own = { worker: parts.name, leaseMs };
  const state = jobState(documents, name, { onError });
  const spending = parts.spending.get(name) ?? new OwnSpending();
  parts.spending.set(name, spending);
  const budget = new SharedBudget(jobBudget(documents, name, { onError }), {
    own: spending,
    kept: job.spending,
    leaseMs,
  });
  const noted = new NotedRanges(state, { ...own, storageWaits });
  const ranges = await queue.ranges(name, { leaseMs, onError });
  const closing: { close(): unknown }[] = [noted, budget, ranges, state];
  const createGate: CreateGate = (provider, limits) => {
    const document = new SharedDocument(documents, `gate:${provider}`, { create: newGate, onError });
    const gate = new SharedGate(document, limits, own);
    closing.push(gate, document);
    return gate;
  };
  // What is paid is not given up because the worker is told to stop.
  const patience = storageWaits.patience();
  const streak = new FailureStreak(entry.maxFailures ?? DEFAULT_FAILURES_IN_ROW);
  const jobStop = new AbortController();
  const stopSignal = AbortSignal.any([parts.stopSignal, jobStop.signal]);
  const slots = new RecordSlots(flags.concurrency ?? DEFAULT_CONCURRENCY);
  const failures = new RepeatedNotes();
  const show = (part: BatchPart<object>) => {
    if (part.type === 'batch-start' && part.interruptedCalls > 0) {
      const calls = formatCount(part.interruptedCalls, 'call');
      screen.note(`${calls} that another worker had under way made again.`);
    }
    if (part.type === 'item-error' && failures.isShown(`: ${part.error.message}`)) {
      screen.error(oneLine(`${part.place}: ${part.error.message}`), context.colors.red);
    }
  };
  let failure: { readonly error: unknown } | undefined;
  const report = async (start: number, end: RangeEnd) => {
    noted.end(start, end);
    metrics.ranges.inc({ outcome: end.type === 'done' && end.isDiscarded ? 'discarded' : end.type });
    if (end.type === 'later' && end.error !== undefined) onError(end.error);
    // Two ranges may end for the same reason.
    if (jobStop.signal.aborted) return;
    if (end.type === 'stop') {
      const message = errorMessage(end.error);
      screen.error(oneLine(message), context.colors.red);
      await state.change((now) => (now.stop ??= { message }));
      jobStop.abort(end.error);
    }
    if (end.type === 'unable') {
      failure = { error: end.error };
      const message = `Worker ${parts.name} does not do the job ${entry.url}: ${errorMessage(end.error)}`;
      void state.change((now) => noteRefusal(now, parts.name, message)).catch(() => {});
      jobStop.abort(end.error);
    }
  };
  const ended = new AbortController();
  const leave = () => {
    jobStop.abort(new DOMException('The job is no longer in the queue.', 'AbortError'));
    budget.refuse(jobStop.signal.reason);
  };
  void whenGone(name, { documents, signal: ended.signal }).then((isGone) => {
    if (isGone && !jobStop.signal.aborted) leave();
  });
  const use = { flags: job.flags, screen, tracker: new ModelProgressTracker(), createGate };
  try {
    await withBlender(context, use, async (blender) => {
      const work = job.work(blender, (text) => screen.note(`Warning: ${oneLine(text)}`, context.colors.yellow));
      await workOnRanges({
        queue: ranges,
        leaseMs,
        clock: CLOCK,
        stopSignal,
        onError,
        onIdle: async () => !(await parts.isOver()),
        work: async ({ range }, attempt, onRoom) => {
          noted.begin(range.start, attempt > 1);
          const end = await doRange({
            ...job.pinned,
            range,
            store: new RetryingStore(job.segments, patience),
            logs: job.logs === undefined ? undefined : new RetryingStore(job.logs, patience),
            workFolder: job.workFolder,
            input: job.input,
            work,
            budget,
            slots,
            onAllBegun: onRoom,
            failures: streak,
            leaseMs,
            stopSignal,
            onPart: (part) => {
              noted.update(range.start, part);
              metrics.count(part);
              show(part);
            },
            onError,
          });
          await report(range.start, end);
          return outcomeOf(end);
        },
      });
    });
    if (failure !== undefined) throw failure.error;
  } finally {
    ended.abort();
    await Promise.allSettled(closing.map(async (part) => part.close()));
  }
}

/**
 * Waits until a job is in the queue no more, such as one that others have finished while this worker hung: nobody gives
 * out money for it, so that its calls would wait for ever. A queue that was emptied has it again at the second look.
 *
 * @returns false once the signal aborts.
 */
async function whenGone(
  name: string,
  { documents, signal }: { readonly documents: DocumentStore; readonly signal: AbortSignal },
): Promise<boolean> {
  let missing = 0;
  while (missing < 2) {
    await CLOCK.sleep(GONE_MS, signal);
    if (signal.aborted) return false;
    const list = await jobList(documents)
      .read()
      .catch(() => undefined);
    missing = list !== undefined && list.state?.[name] === undefined ? missing + 1 : 0;
  }
  return true;
}
