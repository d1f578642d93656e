import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  CLOCK,
  isStorageFailure,
  jobList,
  jobState,
  noteRefusal,
  openQueue,
  type OwnSpending,
  type QueueConnection,
  type QueuedJob,
} from '../../batch/queue/index.ts';
import { errorMessage } from '../../util/error-message.ts';
import { raceAbort } from '../../util/race-abort.ts';
import { hashOfCode } from '../batch/content-hashes.ts';
import type { CliContext } from '../cli-context.ts';
import { CommandError, EXIT_CODES, type ExitCode } from '../errors.ts';
import type { Given } from '../flag-groups.ts';
import { openPlainScreen, type Screen } from '../io/screen.ts';
import { RepeatedNotes } from '../lines/repeated-notes.ts';
import { oneLine } from '../render/text.ts';
import type { BlenderFlags } from '../shared-options.ts';
import { type OpenedJob, openWorkerJob } from './open-worker-job.ts';
import type { WorkerFlags } from './queue-flags.ts';
import { StorageWaits } from './storage-waits.ts';
import { workOnJob } from './work-on-job.ts';
import { serveMetrics, WorkerMetrics } from './worker-metrics.ts';

const DEFAULT_LEASE_SECONDS = 30;
/** Between two looks for a job: a job that is short should not wait long for its workers. */
const LOOK_MS = 250;
/** The same where the storage fails. */
const STORAGE_WAIT_MS = 1000;
/** With --exit-when-done: how long there has to be no job. A queue that was emptied is filled again within that. */
const NO_JOB_MS = 5000;
/** A connection that does not close is left. */
const CLOSE_MS = 2000;

/** What a worker works with. */
export interface WorkerParts {
  /** Names this process among all workers. */
  readonly name: string;
  readonly queue: QueueConnection;
  readonly flags: Given<BlenderFlags & WorkerFlags>;
  readonly leaseMs: number;
  readonly context: CliContext;
  readonly screen: Screen;
  readonly metrics: WorkerMetrics;
  /** Once it aborts, what is in work is done, and nothing else is taken. */
  readonly stopSignal: AbortSignal;
  readonly storageWaits: StorageWaits;
  /** What this process has spent, by job. */
  readonly spending: Map<string, OwnSpending>;
  /** Told of errors of the queue and the storage, after which it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** Does ranges of the jobs of a queue until it is told to stop. */
export async function runWorker(flags: Given<BlenderFlags & WorkerFlags>, context: CliContext): Promise<ExitCode> {
  const { abortSignal, colors } = context;
  const screen = openPlainScreen(context);
  const address = flags.queue ?? context.env['LLM_BLENDER_QUEUE'];
  if (address === undefined || address === '') {
    throw new CommandError('Name the queue with --queue or LLM_BLENDER_QUEUE, such as redis://localhost:6379.', {
      exitCode: EXIT_CODES.usage,
    });
  }
  const queue = await openQueue(address);
  const metrics = new WorkerMetrics();
  const server = flags.metricsPort === undefined ? undefined : await serveMetrics(metrics, flags);
  const stop = new AbortController();
  const errors = new RepeatedNotes();
  const onStop = () => {
    screen.note('Stopping: the records in work are done first. A second signal ends it at once.');
    stop.abort(new DOMException('The worker was told to stop.', 'AbortError'));
  };
  // It may have been told so while it connected.
  if (abortSignal.aborted) onStop();
  else abortSignal.addEventListener('abort', onStop);
  const parts: WorkerParts = {
    name: `${hostname()}-${process.pid}-${randomUUID().slice(0, 6)}`,
    queue,
    flags,
    leaseMs: (flags.lease ?? DEFAULT_LEASE_SECONDS) * 1000,
    context,
    screen,
    metrics,
    stopSignal: stop.signal,
    storageWaits: new StorageWaits({
      note: (text) => screen.error(oneLine(text), colors.yellow),
      onRetry: () => metrics.errors.inc(),
    }),
    spending: new Map(),
    onError: (error) => {
      metrics.errors.inc();
      const text = `The queue or the storage fails, and is tried again: ${errorMessage(error)}`;
      if (errors.isShown(text)) screen.error(oneLine(text), colors.yellow);
    },
  };
  try {
    if (server !== undefined) screen.note(`Metrics on ${server.url}/metrics`);
    screen.note(`Worker ${parts.name} waits for ranges of ${queue.name}.`);
    // Every job asks for it: read now, it keeps no job waiting.
    hashOfCode().catch(() => {});
    await workOnJobs(parts);
    return EXIT_CODES.done;
  } finally {
    await server?.close();
    await Promise.race([queue.close(), CLOCK.sleep(CLOSE_MS)]);
  }
}

/** Takes one job of the queue after the other. */
async function workOnJobs(parts: WorkerParts): Promise<void> {
  const { queue, flags, stopSignal, onError } = parts;
  const list = jobList(queue.documents, onError);
  /** Jobs that this worker does not do. */
  const refused = new Set<string>();
  /** Jobs by when they were last taken up, the first the longest ago. */
  const takenUp = new Set<string>();
  /** Jobs that there are and that are not stopped. */
  const jobsToDo = async (): Promise<readonly (readonly [string, QueuedJob])[]> => {
    try {
      const jobs = Object.entries((await list.read()).state ?? {});
      const stopped = await Promise.all(
        jobs.map(async ([name]) => (await jobState(queue.documents, name).read()).state?.stop),
      );
      return jobs.filter((_, index) => stopped[index] === undefined);
    } catch (error) {
      onError(error);
      return [];
    }
  };
  let hasWorked = false;
  let seenAt = performance.now();
  while (!stopSignal.aborted) {
    const jobs = await jobsToDo();
    const open = jobs.filter(([name]) => !refused.has(name));
    // One that had nothing to do, or whose storage is away, must not keep the worker from the others.
    const order = [...takenUp];
    const next = open.toSorted(([one], [other]) => order.indexOf(one) - order.indexOf(other))[0];
    if (next !== undefined) {
      const [name, entry] = next;
      takenUp.delete(name);
      takenUp.add(name);
      const isOver = async () => {
        const now = await jobsToDo();
        return now.every(([one]) => one !== name) || now.some(([one]) => one !== name && !refused.has(one));
      };
      const opened = await openJob(name, entry, parts);
      if (opened === 'refused') refused.add(name);
      else if (opened !== 'later') await workOnJob(name, opened, { ...parts, isOver });
      hasWorked = true;
      seenAt = performance.now();
    } else {
      // Whoever runs it has to see that there is nothing it may do.
      if (jobs.length > 0) throw new CommandError('This worker does none of the jobs in the queue, as said above.');
      if (flags.exitWhenDone === true && hasWorked && performance.now() > seenAt + NO_JOB_MS) return;
      await CLOCK.sleep(LOOK_MS, stopSignal);
    }
  }
  await list.close();
}

/**
 * Opens a job. Where this worker would not do what the job began with, it says so here and where the job is waited for.
 *
 * @returns 'later' where the storage fails, or the worker is told to stop.
 */
async function openJob(name: string, entry: QueuedJob, parts: WorkerParts): Promise<OpenedJob | 'refused' | 'later'> {
  const { context, screen, queue, stopSignal, onError } = parts;
  try {
    return await raceAbort(openWorkerJob(entry, parts), stopSignal);
  } catch (error) {
    if (stopSignal.aborted) return 'later';
    if (isStorageFailure(error)) {
      onError(error);
      await CLOCK.sleep(STORAGE_WAIT_MS, stopSignal);
      return 'later';
    }
    const message = `Worker ${parts.name} does not do the job ${entry.url}: ${errorMessage(error)}`;
    screen.error(oneLine(message), context.colors.red);
    const state = jobState(queue.documents, name, { onError });
    void state.change((now) => noteRefusal(now, parts.name, message)).catch(() => {});
    await state.close();
    return 'refused';
  }
}
