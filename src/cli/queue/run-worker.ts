import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { JobList, QueueConnection, QueuedJob, SharedDocument } from '../../batch/queue/index.ts';
import { errorMessage } from '../../util/error-message.ts';
import { DEFAULT_CONCURRENCY } from '../batch/run-job.ts';
import type { CliContext } from '../cli-context.ts';
import { CommandError, EXIT_CODES, type ExitCode } from '../errors.ts';
import type { Given } from '../flag-groups.ts';
import { openPlainScreen, type Screen } from '../io/screen.ts';
import { RepeatedNotes } from '../lines/repeated-notes.ts';
import { ModelProgressTracker } from '../render/model-progress.ts';
import { formatCount } from '../render/format.ts';
import { oneLine } from '../render/text.ts';
import type { BlenderFlags } from '../shared-options.ts';
import { withBlender } from '../with-blender.ts';
import { NotedRange } from './noted-range.ts';
import { type OpenedJob, openWorkerJob } from './open-worker-job.ts';
import type { WorkerFlags } from './queue-flags.ts';
import { serveMetrics, WorkerMetrics } from './worker-metrics.ts';

const DEFAULT_LEASE_SECONDS = 30;
/** Between two looks for a job. */
const LOOK_MS = 1000;
/** With --exit-when-done: how long there has to be no job. A queue that was emptied is filled again within that. */
const NO_JOB_MS = 5000;

type Library = typeof import('../../batch/queue/index.ts');
type Flags = Given<BlenderFlags & WorkerFlags>;

/** Does ranges of the jobs of a queue until it is told to stop. */
export async function runWorker(flags: Flags, context: CliContext): Promise<ExitCode> {
  const library = await import('../../batch/queue/index.ts');
  const queue = await library.openQueue(flags.queue ?? '');
  const screen = openPlainScreen(context);
  const worker = new RangeWorker({ library, queue, flags, context, screen });
  const metrics = flags.metricsPort === undefined ? undefined : await serveMetrics(worker.metrics, flags);
  try {
    if (metrics !== undefined) screen.note(`Metrics on ${metrics.url}/metrics`);
    screen.note(`Worker ${worker.name} waits for ranges of ${queue.name}.`);
    return await worker.run();
  } finally {
    await metrics?.close();
    await Promise.race([queue.close(), library.CLOCK.sleep(2000)]);
  }
}

interface WorkerParts {
  readonly library: Library;
  readonly queue: QueueConnection;
  readonly flags: Flags;
  readonly context: CliContext;
  readonly screen: Screen;
}

/** One worker: takes a job of the queue, does ranges of it, and goes on to the next. */
class RangeWorker {
  readonly name = `${hostname()}-${process.pid}-${randomUUID().slice(0, 6)}`;
  readonly metrics = new WorkerMetrics();
  readonly #parts: WorkerParts;
  readonly #leaseMs: number;
  readonly #stop = new AbortController();
  readonly #errors = new RepeatedNotes();
  /** Jobs that this worker does not do. */
  readonly #refused = new Set<string>();
  /** Why it ends, where it cannot go on. */
  #failure: { readonly error: unknown } | undefined;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#leaseMs = (parts.flags.lease ?? DEFAULT_LEASE_SECONDS) * 1000;
    const { abortSignal } = parts.context;
    const stop = () => {
      parts.screen.note('Stopping: the records in work are done first. A second signal ends it at once.');
      this.#stop.abort(new DOMException('The worker was told to stop.', 'AbortError'));
    };
    if (abortSignal.aborted) stop();
    else abortSignal.addEventListener('abort', stop, { once: true });
  }

  readonly #onError = (error: unknown) => {
    this.metrics.errors.inc();
    const text = `The queue or the storage fails, and is tried again: ${errorMessage(error)}`;
    if (this.#errors.isShown(text)) this.#parts.screen.error(oneLine(text), this.#parts.context.colors.yellow);
  };

  async run(): Promise<ExitCode> {
    const { library, queue, flags } = this.#parts;
    const list = library.jobList(queue.documents, this.#onError);
    let hasWorked = false;
    let seenAt = performance.now();
    while (!this.#stop.signal.aborted) {
      const jobs = await this.#read(list);
      const next = Object.entries(jobs).find(([name]) => !this.#refused.has(name));
      if (next !== undefined) {
        seenAt = performance.now();
        await this.#workOn(...next, list);
        hasWorked = true;
        continue;
      }
      if (this.#refused.size > 0 && Object.keys(jobs).length > 0) {
        // Nothing it may do: whoever runs it has to see that.
        throw new CommandError('This worker does none of the jobs in the queue, as said above.');
      }
      if (flags.exitWhenDone === true && hasWorked && performance.now() > seenAt + NO_JOB_MS) break;
      await library.CLOCK.sleep(LOOK_MS, this.#stop.signal);
    }
    await list.close();
    if (this.#failure !== undefined) throw this.#failure.error;
    return EXIT_CODES.done;
  }

  async #read(list: SharedDocument<JobList>): Promise<JobList> {
    try {
      return (await list.read()).state ?? {};
    } catch (error) {
      this.#onError(error);
      return {};
    }
  }

  async #workOn(name: string, entry: QueuedJob, list: SharedDocument<JobList>): Promise<void> {
    const { library, queue, flags, context, screen } = this.#parts;
    const { documents } = queue;
    const onError = this.#onError;
    const state = library.jobState(documents, name, { onError });
    let job: OpenedJob;
    try {
      job = await openWorkerJob(entry, { flags, context, library, name });
    } catch (error) {
      const message = `Worker ${this.name} does not do the job ${entry.url}: ${errorMessage(error)}`;
      screen.error(oneLine(message), context.colors.red);
      this.#refused.add(name);
      void state.change((now) => (now.refusals[this.name] = message)).catch(() => {});
      await state.close();
      return;
    }
    const shared = { worker: this.name, leaseMs: this.#leaseMs };
    const budgetDocument = library.jobBudget(documents, name, { onError });
    const budget = new library.SharedBudget(budgetDocument, shared);
    const closing: { close(): unknown }[] = [budget, budgetDocument, state];
    const ranges = await queue.ranges(name, { leaseMs: this.#leaseMs, onError });
    closing.push(ranges);
    const tracker = new ModelProgressTracker();
    const noted = new NotedRange(state, { worker: this.name, leaseMs: this.#leaseMs });
    closing.push(noted);
    const streak = new library.FailureStreak(entry.maxFailures ?? library.DEFAULT_FAILURES_IN_ROW);
    const failures = new RepeatedNotes();
    screen.note(`Job ${entry.url}`);
    try {
      await withBlender(
        context,
        {
          flags: job.flags,
          screen,
          tracker,
          createGate: (provider, limits) => {
            const document = new library.SharedDocument(documents, `gate:${provider}`, {
              create: library.newGate,
              onError,
            });
            const gate = new library.SharedGate(document, limits, shared);
            closing.push(gate, document);
            return gate;
          },
        },
        async (blender) => {
          const work = job.work(blender, (text) => screen.note(`Warning: ${oneLine(text)}`, context.colors.yellow));
          await library.workOnRanges({
            queue: ranges,
            leaseMs: this.#leaseMs,
            clock: library.CLOCK,
            stopSignal: this.#stop.signal,
            onError,
            onIdle: async () => {
              const jobs = await this.#read(list);
              const others = Object.keys(jobs).filter((other) => other !== name && !this.#refused.has(other));
              return Object.hasOwn(jobs, name) && others.length === 0;
            },
            work: async ({ range }, attempt) => {
              noted.begin(range.start, attempt > 1);
              const end = await library.doRange({
                ...job.pinned,
                range,
                store: new library.RetryingStore(job.segments, {
                  maxMs: library.STORAGE_RETRY_MS,
                  abortSignal: NEVER,
                  onRetry: onError,
                }),
                workFolder: job.workFolder,
                input: job.input,
                work,
                budget,
                concurrency: flags.concurrency ?? DEFAULT_CONCURRENCY,
                failures: streak,
                leaseMs: this.#leaseMs,
                stopSignal: this.#stop.signal,
                onPart: (part) => {
                  noted.update(part);
                  this.metrics.count(part);
                  if (part.type === 'batch-start' && part.interruptedCalls > 0) {
                    screen.note(
                      `${formatCount(part.interruptedCalls, 'call')} that another worker had under way ${part.interruptedCalls === 1 ? 'is' : 'are'} made again.`,
                    );
                  }
                  if (part.type === 'item-error' && failures.isShown(`: ${part.error.message}`)) {
                    screen.error(oneLine(`${part.place}: ${part.error.message}`), context.colors.red);
                  }
                },
              });
              noted.end(end);
              this.metrics.ranges.inc({ outcome: end.type === 'done' && end.isDiscarded ? 'discarded' : end.type });
              if (end.type === 'later' && end.error !== undefined) onError(end.error);
              if (end.type === 'stop') {
                const message = errorMessage(end.error);
                await state.change((now) => (now.stop ??= { message }));
                this.#refused.add(name);
                screen.error(oneLine(message), context.colors.red);
              }
              if (end.type === 'unable') {
                this.#failure = { error: end.error };
                this.#stop.abort(end.error);
              }
              return library.outcomeOf(end);
            },
          });
        },
      );
    } finally {
      await Promise.allSettled(closing.map(async (part) => part.close()));
    }
  }
}

const NEVER = new AbortController().signal;
