import { type BatchPart, recordFiles, runBatch } from '../../batch/index.ts';
import { type BlenderConfig, JobError } from '../../index.ts';
import type { CliContext } from '../cli-context.ts';
import { EXIT_CODES, type ExitCode } from '../errors.ts';
import { openScreen } from '../io/screen.ts';
import { RepeatedNotes } from '../lines/repeated-notes.ts';
import { formatCount } from '../render/format.ts';
import { ModelProgressTracker } from '../render/model-progress.ts';
import { oneLine } from '../render/text.ts';
import { withBlender } from '../with-blender.ts';
import { BatchNotes } from './batch-notes.ts';
import { BatchProgress } from './batch-progress.ts';
import type { BatchVerb } from './batch-verbs.ts';
import { itemWork } from './item-work.ts';
import { type JobRun, pinnedSettings } from './job-configuration.ts';
import { divide, divideLimits, limitWarnings } from './job-shards.ts';
import { type JobOutput, type JobPlace, RunOutput } from './run-output.ts';

/** Records in work at once: enough to keep a provider busy, and few enough that little is lost when it stops. */
export const DEFAULT_CONCURRENCY = 16;

/** How a job is run, besides what it is. */
export interface JobRunOptions extends Omit<JobRun, 'verb'> {
  readonly verb: Pick<BatchVerb, 'form' | 'work'>;
  readonly retryFailed: boolean;
  /** Where the job is, if workers have done it. */
  readonly place?: JobPlace;
  /** What is written. @default the results themselves, to `--output` */
  readonly output?: JobOutput;
  /** The command that does once more what failed. @default that of `batch` */
  readonly retryCommand?: string;
}

/** Runs a job or resumes it, shows how far it is, and writes the results. */
export async function runJob(job: JobRunOptions, context: CliContext): Promise<ExitCode> {
  const { name, verb, flags, inputs, folder, shard, retryFailed } = job;
  const { colors, stderr, abortSignal } = context;
  const parts = shard?.count ?? 1;
  // The budget is that of the job, and not of each question.
  const work = await verb.work({ ...flags, maxCost: undefined }, abortSignal);
  await using output = job.output ?? new RunOutput(job, context, job.place);
  await output.check();
  const progress = new BatchProgress({ command: name, now: performance.now() });
  const tracker = new ModelProgressTracker();
  using screen = openScreen({
    stream: stderr,
    errors: context.errors,
    live: context.live,
    draw: ({ columns }) => [...tracker.lines(columns), progress.draw(columns, performance.now())],
  });
  const failures = new RepeatedNotes();
  const warnings = new Set<string>();
  const warn = (message: string) => {
    if (warnings.has(message)) return;
    warnings.add(message);
    screen.note(`Warning: ${oneLine(message)}`, colors.yellow);
  };
  const limit = (limits: BlenderConfig['limits']) => {
    if (shard === undefined) return limits;
    limitWarnings(limits, shard).forEach(warn);
    return divideLimits(limits, shard);
  };
  const pinned = await pinnedSettings(name, flags, context);
  const batches = new BatchNotes((text) => screen.note(text));
  const showBatches = (all: Parameters<BatchNotes['update']>[0]) => batches.update(all);
  let isComplete = false;
  await withBlender(context, { flags, screen, tracker, limit }, async (blender) => {
    const run = runBatch({
      job: folder,
      input: recordFiles({ paths: inputs, form: verb.form, map: flags.map, onWarning: warn, env: context.env }),
      ...pinned,
      shard,
      concurrency: flags.concurrency === undefined ? DEFAULT_CONCURRENCY : divide(flags.concurrency, parts),
      maxCost: flags.maxCost === undefined ? undefined : flags.maxCost / parts,
      maxFailuresInRow: flags.maxFailures,
      ...(flags.segmentSize === undefined ? {} : { segmentSize: flags.segmentSize }),
      retryFailed,
      ...(job.place?.store === undefined ? {} : { store: job.place.store }),
      ...(flags.providerBatch === true
        ? { providerBatch: { model: (reference) => blender.model(reference), onChange: showBatches } }
        : {}),
      abortSignal,
      work: itemWork(work, { blender, warn }),
    });
    for await (const part of run) {
      progress.update(part.counts, performance.now());
      if (part.type === 'batch-start') for (const note of startNotes(part)) screen.note(note);
      if (part.type === 'item-error') {
        const message = `: ${part.error.message}`;
        if (failures.isShown(message)) screen.error(oneLine(`${part.place}${message}`), colors.red);
      }
      if (!screen.live) screen.note(progress.plainLine(performance.now()));
      // As long as the run is not left, its lock keeps others away from the output as well.
      await output.take(part, { retryFailed, screen });
      if (part.type === 'batch-end') isComplete = part.counts.failed === 0;
    }
  }).catch((error: unknown) => {
    screen.end();
    for (const text of failures.summary) screen.error(oneLine(text), colors.red);
    if (progress.summary !== '') screen.note(progress.summary);
    if (batches.areRunning) screen.note(BATCHES_GO_ON);
    if (error instanceof JobError && error.reason === 'failing') screen.note(retryNote(job));
    throw error;
  });
  screen.end();
  for (const text of failures.summary) screen.error(oneLine(text), colors.red);
  screen.note(progress.summary);
  if (!isComplete) screen.note(retryNote(job));
  if (shard !== undefined && flags.output === undefined) {
    screen.note(`When all shards are done: llm-blender batch merge ${flags.job} --output FILE`);
  }
  return isComplete ? EXIT_CODES.done : EXIT_CODES.failed;
}

const BATCHES_GO_ON =
  'The batches go on at their providers. The same command picks them up; llm-blender batch cancel stops them.';

function retryNote({ folder, retryCommand = `llm-blender batch retry-failed ${folder}` }: JobRunOptions): string {
  return `To do what failed once more: ${retryCommand}`;
}

function startNotes({
  counts,
  interruptedCalls,
}: Extract<BatchPart<never>, { type: 'batch-start' }>): readonly string[] {
  const { total, done, failed } = counts;
  const ended = done + failed;
  return [
    ...(ended === 0
      ? []
      : [
          `Resumed: ${done.toLocaleString('en-US')} of ${formatCount(total, 'record')} were done${failed === 0 ? '' : `, ${failed.toLocaleString('en-US')} failed`}.`,
        ]),
    ...(interruptedCalls === 0
      ? []
      : [
          `${formatCount(interruptedCalls, 'call')} to models ${interruptedCalls === 1 ? 'was' : 'were'} under way when the job was stopped, and ${interruptedCalls === 1 ? 'is' : 'are'} made again.`,
        ]),
  ];
}
