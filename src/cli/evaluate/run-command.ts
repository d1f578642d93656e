import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  checkLimits,
  type EvaluationMetric,
  type EvaluationResults,
  estimateEvaluation,
  isModulePath,
  loadDataSet,
  loadMetric,
  runEvaluation,
  type RunEvaluationOptions,
  type RunPart,
  type SummaryOptions,
  type SummaryProgress,
  summarizeRun,
  writeReport,
} from '../../evaluate/index.ts';
import type { JsonValue } from '../../batch/index.ts';
import type { Blender } from '../../index.ts';
import { parseFieldMap, toJson } from '../../records/index.ts';
import { BatchProgress } from '../batch/batch-progress.ts';
import { pinnedSettings } from '../batch/job-configuration.ts';
import type { BatchFlags } from '../batch/batch-flags.ts';
import type { CliContext } from '../cli-context.ts';
import { EXIT_CODES, type ExitCode } from '../errors.ts';
import { openInputs } from '../io/input.ts';
import { openScreen, type Screen } from '../io/screen.ts';
import { lineColumns } from '../io/terminal.ts';
import { RepeatedNotes } from '../lines/repeated-notes.ts';
import { estimateText } from '../render/estimate-text.ts';
import { formatCount } from '../render/format.ts';
import { ModelProgressTracker } from '../render/model-progress.ts';
import { fitEnd, oneLine } from '../render/text.ts';
import { withBlender } from '../with-blender.ts';
import { expandFolders } from './data-files.ts';
import type { EvaluationFlags, ReportFlags } from './evaluate-flags.ts';
import { resultsText } from './results-text.ts';

/** What is evaluated: the part of the options that the commands differ in. */
export type EvaluationSubject = Pick<RunEvaluationOptions, 'kind'> & object;

/**
 * Runs an evaluation or resumes it, computes its figures, writes all reports and prints the tables. Interrupted, it says
 * how it goes on.
 */
export async function runEvaluateCommand(
  ...[subject, given, context]: Parameters<typeof evaluateOnce>
): Promise<ExitCode> {
  try {
    return await evaluateOnce(subject, given, context);
  } catch (error) {
    if (context.abortSignal.aborted && given.flags.estimate !== true) {
      context.errors.write(
        `What is done is kept in ${oneLine(given.flags.output)}. To go on: llm-blender ${context.argv.map(shellWord).join(' ')}\n`,
      );
    }
    throw error;
  }
}

/** A word of a command as a shell takes it. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${oneLine(word).replaceAll("'", String.raw`'\''`)}'`;
}

async function evaluateOnce(
  subject: EvaluationSubject,
  {
    flags,
    files,
    summary,
  }: { flags: EvaluationFlags; files: readonly string[]; summary: Pick<SummaryOptions, 'ks' | 'judge'> },
  context: CliContext,
): Promise<ExitCode> {
  const { kind } = subject;
  const { abortSignal, colors, stderr } = context;
  const named = await expandFolders(files, flags.output);
  using inputs = await openInputs(named.files, flags.input, context);
  const metrics = await metricsOf(flags.metric);
  const dataSets = await Promise.all((flags.dataSet ?? []).map(loadDataSet));
  const view = { command: `evaluate ${kind}  reading the data`, progress: undefined as BatchProgress | undefined };
  const tracker = new ModelProgressTracker();
  using screen = openScreen({
    stream: stderr,
    errors: context.errors,
    live: context.live,
    draw: ({ columns }) => [
      ...tracker.lines(columns),
      view.progress?.draw(columns, performance.now()) ?? fitEnd(view.command, columns),
    ],
  });
  const warn = (message: string) => screen.note(`Warning: ${oneLine(message)}`, colors.yellow);
  const [other] = named.others;
  if (other !== undefined) {
    const count = formatCount(named.others.length, 'other file');
    screen.note(
      oneLine(
        `${count} of the folder ${named.others.length === 1 ? 'is' : 'are'} not read: ${other}${named.others.length === 1 ? '' : ' and others'}.`,
      ),
    );
  }
  // The flags that say what is asked are pinned for each ranker and blend on its own, so that others can be added later.
  const pinned = await pinnedSettings('evaluate', { config: flags.config } as BatchFlags, context);
  const configuration: Record<string, JsonValue> = { ...pinned.configuration };
  const options = {
    ...subject,
    sources: inputs.sources,
    output: flags.output,
    map: parseFieldMap(flags.map ?? []),
    dataSets,
    categories: flags.category,
    limit: flags.limit,
    concurrency: flags.concurrency,
    maxCost: flags.maxCost,
    retryFailed: flags.retryFailed,
    version: pinned.version,
    configuration,
    onWarning: warn,
    abortSignal,
  } as RunEvaluationOptions;
  if (flags.estimate === true) {
    // Awaited, as the inputs are closed at the end.
    return await withBlender(context, { flags, screen, tracker }, (blender) =>
      printEstimate(options, { flags, screen, blender }, context),
    );
  }
  let failed = 0;
  const notes = new RepeatedNotes();
  await withBlender(context, { flags, screen, tracker }, async (blender) => {
    for await (const part of runEvaluation({ ...options, blender })) {
      show(part, { screen, view, notes, colors });
      if (part.type === 'run-end') failed = part.failed;
    }
  });
  for (const text of notes.summary) screen.error(oneLine(text), colors.red);
  view.progress = undefined;
  view.command = FIGURES;
  const results = await summarizeRun(flags.output, {
    ...figureOptions(flags, metrics),
    ...summary,
    join: true,
    abortSignal,
    onProgress: (progress) => (view.command = progressText(progress)),
  });
  screen.end();
  if (failed > 0) {
    screen.error(
      `${formatCount(failed, 'answer')} failed and ${failed === 1 ? 'is' : 'are'} in no figure. --retry-failed asks for ${failed === 1 ? 'it' : 'them'} once more.`,
      colors.red,
    );
  }
  const exitCode = await finishCommand(results, { folder: flags.output, flags, screen }, context);
  return failed > 0 ? EXIT_CODES.failed : exitCode;
}

/** Computes the figures of a run anew, and writes and prints them. It makes no call to a model. */
export async function reportCommand(
  folder: string,
  flags: ReportFlags,
  summary: Pick<SummaryOptions, 'ks' | 'judge'>,
  context: CliContext,
): Promise<ExitCode> {
  const { stderr, abortSignal } = context;
  const metrics = await metricsOf(flags.metric);
  const view = { command: FIGURES };
  using screen = openScreen({
    stream: stderr,
    errors: context.errors,
    live: context.live,
    draw: ({ columns }) => [fitEnd(view.command, columns)],
  });
  const results = await summarizeRun(folder, {
    ...figureOptions(flags, metrics),
    ...summary,
    abortSignal,
    onProgress: (progress) => (view.command = progressText(progress)),
  });
  screen.end();
  return finishCommand(results, { folder, flags, screen }, context);
}

const FIGURES = 'computing the figures';

function progressText({ stage, done = 0, total = 0, figure = '' }: SummaryProgress): string {
  return stage === 'answers'
    ? `metrics of the answers: ${done.toLocaleString('en-US')} of ${formatCount(total, 'example')}`
    : `${FIGURES}: ${oneLine(figure)}`;
}

async function finishCommand(
  results: EvaluationResults,
  { folder, flags, screen }: { folder: string; flags: ReportFlags; screen: Screen },
  { stdout, colors }: CliContext,
): Promise<ExitCode> {
  const limits = checkLimits(results, flags.failUnder ?? []);
  await writeReport(folder, results, limits);
  for (const [name, copy] of [
    ['junit.xml', flags.junit],
    ['report.html', flags.report],
  ] as const) {
    if (copy === undefined || resolve(copy) === resolve(folder, name)) continue;
    await mkdir(dirname(copy), { recursive: true });
    await copyFile(join(folder, name), copy);
  }
  const columns = stdout.isTerminal ? lineColumns(stdout.stream) : Number.POSITIVE_INFINITY;
  await stdout.write(flags.json === true ? `${toJson(results)}\n` : resultsText(results, { columns, folder }));
  const missed = limits.filter(({ isReached }) => !isReached);
  for (const { limit, row, value } of missed) {
    screen.error(
      oneLine(
        `${row}: ${limit.figure} is ${value === undefined ? 'not there' : Number(value.toPrecision(6))}, and not within ${limit.text}.`,
      ),
      colors.red,
    );
  }
  return missed.length === 0 ? EXIT_CODES.done : EXIT_CODES.failed;
}

/** Metrics by name or from files; undefined where none are named. */
export async function metricsOf(
  names: readonly string[] | undefined,
): Promise<readonly (string | EvaluationMetric)[] | undefined> {
  if (names === undefined) return undefined;
  return Promise.all(names.map((name) => (isModulePath(name) ? loadMetric(name) : name)));
}

function figureOptions(
  { against, seed, resamples }: ReportFlags,
  metrics: readonly (string | EvaluationMetric)[] | undefined,
): SummaryOptions {
  return { metrics, against, seed, resamples };
}

async function printEstimate(
  options: RunEvaluationOptions,
  { flags, screen, blender }: { flags: EvaluationFlags; screen: Screen; blender: Blender },
  { stdout }: CliContext,
): Promise<ExitCode> {
  const { examples, estimate } = await estimateEvaluation(options, blender);
  screen.end();
  const about = flags.json === true ? '' : `${formatCount(examples, 'example')}.\n`;
  await stdout.write(`${about}${estimateText(estimate, { json: flags.json, stdout })}`);
  return EXIT_CODES.done;
}

function show(
  part: RunPart,
  {
    screen,
    view,
    notes,
    colors,
  }: {
    screen: Screen;
    view: { command: string; progress: BatchProgress | undefined };
    notes: RepeatedNotes;
    colors: CliContext['colors'];
  },
): void {
  const now = performance.now();
  switch (part.type) {
    case 'data-problem': {
      const { place, reason } = part.problem;
      const message = `: ${reason}`;
      if (!notes.isShown(message)) return;
      if (part.isUsed) screen.note(oneLine(`Note: ${place}${message}`), colors.yellow);
      else screen.error(oneLine(`${place}${message}`), colors.red);
      return;
    }
    case 'data-end': {
      const { examples, prompts, skipped } = part.data;
      const unused = skipped === 0 ? '' : `, ${formatCount(skipped, 'row')} not usable`;
      screen.note(`${formatCount(examples, 'example')} of ${formatCount(prompts, 'prompt')}${unused}.`);
      return;
    }
    case 'system-start': {
      const { done, failed, total } = part.counts;
      view.progress = new BatchProgress({ command: oneLine(part.system), now });
      view.progress.update(part.counts, now);
      if (done + failed > 0) {
        screen.note(
          `${oneLine(part.system)}: ${done.toLocaleString('en-US')} of ${formatCount(total, 'example')} were done.`,
        );
      }
      return;
    }
    case 'example-end':
    case 'example-error': {
      view.progress?.update(part.counts, now);
      if (part.type === 'example-error') {
        const message = `: ${part.message}`;
        if (notes.isShown(message)) screen.error(oneLine(`${part.system}, ${part.id}${message}`), colors.red);
      }
      if (!screen.live) screen.note(view.progress?.plainLine(now));
      return;
    }
    case 'system-end':
      view.progress?.update(part.counts, now);
      screen.note(`${oneLine(part.system)}: ${view.progress?.summary ?? ''}`);
      return;
    default:
  }
}
