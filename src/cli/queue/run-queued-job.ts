import { resolve } from 'node:path';
import type { BatchPart, JobStatus } from '../../batch/index.ts';
import { isHubPath } from '../../records/index.ts';
import { errorMessage } from '../../util/error-message.ts';
import { summarizeCounts } from '../batch/batch-progress.ts';
import type { JobRun } from '../batch/job-configuration.ts';
import { pinnedSettings } from '../batch/job-configuration.ts';
import { RunOutput } from '../batch/run-output.ts';
import type { CliContext } from '../cli-context.ts';
import { CommandError, EXIT_CODES, type ExitCode } from '../errors.ts';
import { openScreen } from '../io/screen.ts';
import { RepeatedNotes } from '../lines/repeated-notes.ts';
import { formatCount } from '../render/format.ts';
import { oneLine } from '../render/text.ts';
import { QueueProgress } from './queue-progress.ts';
import { repeatedNote } from './spending-notes.ts';
import { StorageWaits } from './storage-waits.ts';

/** Plans a job for the workers of a queue, shows how far they are, and writes the results. */
export async function runQueuedJob(job: JobRun, url: string, context: CliContext): Promise<ExitCode> {
  const { name, verb, flags, folder } = job;
  const { colors, stderr, abortSignal } = context;
  checkFlags(job);
  // Loaded here, so that no other command waits for it.
  const {
    coordinateJob,
    DEFAULT_SEGMENT_SIZE,
    folderStorage,
    openQueue,
    openStorage,
    readQueueAddress,
    removeParts,
    RetryingStore,
  } = await import('../../batch/queue/index.ts');
  // Finds mistakes in the flags before workers do.
  await verb.work({ ...flags, maxCost: undefined }, abortSignal);
  const inputs = job.inputs.map((path) => (isHubPath(path) ? path : resolve(path)));
  const waits = new StorageWaits({ note: (text) => screen.error(oneLine(text), colors.yellow) });
  const patience = waits.patience(abortSignal);
  const storage =
    flags.storage === undefined
      ? folderStorage(resolve(folder))
      : await openStorage(flags.storage, { env: context.env, patience });
  const segments = new RetryingStore(storage.segments, patience);
  await using output = new RunOutput({ ...job, inputs }, context, {
    store: segments,
    queue: readQueueAddress(url).kept,
    storage: flags.storage,
  });
  await output.check();
  const pinned = await pinnedSettings(name, flags, context);
  const queue = await openQueue(url);
  const progress = new QueueProgress({ command: name, now: performance.now() });
  using screen = openScreen({
    stream: stderr,
    errors: context.errors,
    live: context.live,
    draw: ({ columns }) => [progress.draw(columns)],
  });
  const failures = new RepeatedNotes();
  const onError = (error: unknown) => {
    const text = `The queue or the storage fails, and is tried again: ${errorMessage(error)}`;
    if (failures.isShown(text)) screen.error(oneLine(text), colors.yellow);
  };
  const refusals = new Set<string>();
  let isComplete = false;
  try {
    await coordinateJob({
      ...pinned,
      job: folder,
      input: storage.input({
        paths: inputs,
        form: verb.form,
        map: flags.map,
        onWarning: (text) => screen.note(`Warning: ${oneLine(text)}`, colors.yellow),
        env: context.env,
      }),
      segmentSize: flags.segmentSize ?? DEFAULT_SEGMENT_SIZE,
      store: segments,
      spending: storage.spending,
      queue,
      maxCost: flags.maxCost,
      abortSignal,
      onError,
      announce: async (manifest) => {
        await output.take(partOf('batch-start', { total: manifest.records, done: 0, failed: 0 }), {
          retryFailed: false,
          screen,
        });
        return {
          url: storage.url,
          inputs: await storage.publish(inputs, manifest),
          config: typeof flags.config === 'string' ? resolve(flags.config) : flags.config,
          schema: flags.schema === undefined ? undefined : resolve(flags.schema),
          maxFailures: flags.maxFailures,
        };
      },
      onPlan: (ranges) => {
        if (ranges > 0) screen.note(`${formatCount(ranges, 'range')} of records for the workers of ${queue.name}.`);
      },
      onReport: (report) => {
        progress.update(report);
        for (const refusal of report.refusals) {
          if (refusals.has(refusal)) continue;
          refusals.add(refusal);
          screen.error(oneLine(refusal), colors.yellow);
        }
        if (!screen.live) screen.note(progress.plainLine(performance.now()));
      },
      onFinished: async (status, spending) => {
        screen.note(summarizeCounts(status));
        screen.note(repeatedNote(spending));
        isComplete = status.failed === 0;
        await output.take(partOf('batch-end', status), { retryFailed: false, screen });
        // Left by workers that were killed between a segment and what it was made of.
        if (storage.logs !== undefined) await removeParts(storage.logs).catch(onError);
      },
    });
  } catch (error) {
    screen.end();
    if (abortSignal.aborted) {
      screen.note('Workers go on with what is in the queue. The same command waits for them again.');
    }
    throw error;
  } finally {
    await queue.close().catch(() => {});
  }
  screen.end();
  return isComplete ? EXIT_CODES.done : EXIT_CODES.failed;
}

function checkFlags({ flags, shard }: JobRun): void {
  const refuse = (message: string) => new CommandError(message, { exitCode: EXIT_CODES.usage });
  if (shard !== undefined) throw refuse('--queue divides the job among its workers. Leave out --shard.');
  if (flags.order === 'any') throw refuse('With --queue the output is written in order. Leave out --order any.');
  if (flags.concurrency !== undefined) {
    throw refuse('--concurrency is that of each worker: give it to llm-blender worker.');
  }
}

function partOf(type: 'batch-start' | 'batch-end', counts: Pick<JobStatus, 'total' | 'done' | 'failed'>) {
  const { total, done, failed } = counts;
  const usage = { calls: 0, inputTokens: 0, outputTokens: 0, cost: 0 };
  return { type, counts: { total, done, failed, usage }, interruptedCalls: 0 } as BatchPart<never>;
}
