import { stat } from 'node:fs/promises';
import { recordFiles, runBatch, type BatchPart, readResults } from '../../batch/index.ts';
import { modelNames } from '../../records/index.ts';
import type { CliContext } from '../cli-context.ts';
import { EXIT_CODES, type ExitCode } from '../errors.ts';
import { openSink, type Sink } from '../io/output.ts';
import { openScreen, type Screen } from '../io/screen.ts';
import { RepeatedNotes } from '../lines/repeated-notes.ts';
import { withSavedCalls } from '../call-counts.ts';
import { readPackageInfo } from '../package-info.ts';
import { formatCount } from '../render/format.ts';
import { ModelProgressTracker } from '../render/model-progress.ts';
import { oneLine } from '../render/text.ts';
import { withBlender } from '../with-blender.ts';
import type { BatchFlags } from './batch-flags.ts';
import { BatchProgress } from './batch-progress.ts';
import type { BatchVerb } from './batch-verbs.ts';
import { jobConfiguration, writeJobPaths } from './job-configuration.ts';

/** Records in work at once: enough to keep a provider busy, and few enough that little is lost when it stops. */
const DEFAULT_CONCURRENCY = 16;

/** Runs a job or resumes it, shows how far it is, and writes the results in the order of the input. */
export async function runJob(
  options: {
    readonly name: string;
    readonly verb: BatchVerb;
    readonly flags: BatchFlags;
    /** Files to read, in their order. */
    readonly inputs: readonly string[];
    readonly retryFailed: boolean;
    /** Writes what comes of the results. @default the results themselves, to `--output` */
    readonly finish?: (screen: Screen) => Promise<void>;
    /** The command that does once more what failed. @default that of `batch` */
    readonly retryCommand?: string;
  },
  context: CliContext,
): Promise<ExitCode> {
  const { name, verb, flags, inputs, retryFailed } = options;
  const { job } = flags;
  const { colors, stderr, stdout, abortSignal } = context;
  const work = await verb.work(flags, abortSignal);
  const openOutput = async () => {
    const stats = await Promise.all(inputs.map((path) => stat(path).catch(() => undefined)));
    return openSink(flags.output, { stdout, inputs: { files: stats.filter((one) => one !== undefined) } });
  };
  // What cannot be written is found out now, and not when everything is done.
  await (await openOutput())[Symbol.asyncDispose]();
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
  let isComplete = false;
  await withBlender(context, { flags, screen, tracker }, async (blender) => {
    const parts = runBatch({
      job,
      input: recordFiles({ paths: inputs, form: verb.form, map: flags.map, onWarning: warn, env: context.env }),
      configuration: await jobConfiguration(name, flags, context),
      version: readPackageInfo().version,
      concurrency: flags.concurrency ?? DEFAULT_CONCURRENCY,
      ...(flags.segmentSize === undefined ? {} : { segmentSize: flags.segmentSize }),
      retryFailed,
      abortSignal,
      work: async (record, { id, abortSignal: signal }) => {
        const { fields, warning } = await work({
          record,
          id,
          models: modelNames(record),
          blender,
          abortSignal: signal,
          onComparison: () => {},
          shown: undefined,
          // Which calls are answered without a call depends on what has been asked before, and so on interruptions.
          spent: withSavedCalls,
        });
        if (warning !== undefined) warn(warning);
        return fields;
      },
    });
    for await (const part of parts) {
      progress.update(part.counts, performance.now());
      if (part.type === 'batch-start') {
        await writeJobPaths(job, { inputs, output: flags.output, config: flags.config, schema: flags.schema });
        for (const note of startNotes(part)) screen.note(note);
      } else if (part.type === 'item-error') {
        const message = `: ${part.error.message}`;
        if (failures.isShown(message)) screen.error(oneLine(`${part.place}${message}`), colors.red);
      }
      if (!screen.live) screen.note(progress.plainLine(performance.now()));
      if (part.type === 'batch-end') isComplete = part.counts.failed === 0;
    }
  });
  if (options.finish === undefined) {
    await using sink = await openOutput();
    await writeResults(job, sink, screen);
  } else await options.finish(screen);
  screen.end();
  for (const text of failures.summary) screen.error(oneLine(text), colors.red);
  screen.note(progress.summary);
  if (isComplete) return EXIT_CODES.done;
  screen.note(`To do what failed once more: ${options.retryCommand ?? `llm-blender batch retry-failed ${job}`}`);
  return EXIT_CODES.failed;
}

/** Writes the results that there are. @returns how many of them are failures. */
export async function writeResults(
  job: string,
  sink: Sink,
  screen: Pick<Screen, 'aside'>,
): Promise<{ readonly done: number; readonly failed: number }> {
  let [done, failed] = [0, 0];
  await screen.aside(async () => {
    let lines: string[] = [];
    const flush = async () => {
      if (lines.length > 0) await sink.write(lines.join(''));
      lines = [];
    };
    for await (const result of readResults(job)) {
      if (result.failed) failed += 1;
      else done += 1;
      lines.push(`${result.json}\n`);
      if (lines.length >= LINES_AT_ONCE) await flush();
    }
    await flush();
  });
  await sink.commit();
  return { done, failed };
}

const LINES_AT_ONCE = 256;

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
