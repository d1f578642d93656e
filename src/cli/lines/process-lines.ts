import { type RecordResult, runRecords } from '../../batch/run-records.ts';
import { addEstimates, type Blender, type Usage, type WorkEstimate } from '../../index.ts';
import { type DataRecord, modelNames, parseFieldMap, readRecords, toJson } from '../../records/index.ts';
import type { CliContext } from '../cli-context.ts';
import { CommandError, EXIT_CODES, type ExitCode } from '../errors.ts';
import { openInputs } from '../io/input.ts';
import { openSink } from '../io/output.ts';
import { openScreen } from '../io/screen.ts';
import { terminalSize } from '../io/terminal.ts';
import { estimateText } from '../render/estimate-text.ts';
import { ModelProgressTracker } from '../render/model-progress.ts';
import { oneLine } from '../render/text.ts';
import type { Given } from '../flag-groups.ts';
import type { BlenderFlags, LineFlags } from '../shared-options.ts';
import { withBlender } from '../with-blender.ts';
import { LineProgress } from './line-progress.ts';
import { RepeatedNotes } from './repeated-notes.ts';
import { showRecordError } from './show-record-error.ts';

/** What a record comes to, for the output and the screen. */
export interface OutputLine extends RecordResult {
  /** The fields of the output line, after the id. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Shown before the line, where it is shown. */
  readonly notes?: readonly string[];
  /** What there is instead with `--estimate`. */
  readonly estimate?: WorkEstimate;
}

/** What the work on a record may use. */
export interface LineWork {
  readonly record: DataRecord;
  /** Its own, or the number of its line. */
  readonly id: string | number;
  /** Names of the models, null for a candidate without one; undefined where none has one. */
  readonly models: readonly (string | null)[] | undefined;
  readonly blender: Blender;
  readonly abortSignal: AbortSignal;
  /** Call after each comparison. */
  readonly onComparison: () => void;
  /** Where the line is shown to a person and not passed on: how wide that is. */
  readonly shown: { readonly columns: number } | undefined;
  /** What the output says of what a record took. */
  readonly spent: (usage: Usage) => Usage;
}

/** One record to its line. */
export type RecordWork = (line: LineWork) => Promise<OutputLine>;

/** What the work on a record would take. */
export type RecordEstimate = (line: Pick<LineWork, 'record' | 'blender'>) => Promise<WorkEstimate>;

/** Runs `work` on every record of the input, shows how far it is, and writes the results to `--output`. */
export async function processLines(
  options: {
    /** For the progress line. */
    command: string;
    flags: Given<LineFlags & BlenderFlags>;
    /** Files to read besides that of `--input`. */
    files: readonly string[];
    /** How many candidates a record has. */
    form: 'candidates' | 'pair';
    work: RecordWork;
    /** For `--estimate`. */
    estimate: RecordEstimate;
    /** What all lines that were done come to, shown at the end. */
    summary?: () => string;
  },
  context: CliContext,
): Promise<ExitCode> {
  const { command, flags, files, form, work, estimate } = options;
  const { stdout, stderr, colors } = context;
  const map = parseFieldMap(flags.map ?? []);
  const isEstimate = flags.estimate === true;
  const output = isEstimate ? undefined : flags.output;
  const toFile = output !== undefined && output !== '-';
  const toTerminal = !toFile && stdout.isTerminal;
  using inputs = await openInputs(files, flags.input, context);
  await using sink = await openSink(output, { stdout, inputs });
  // Nothing but the line is shown with --quiet, so it has to say everything.
  const shown = toTerminal && !context.quiet ? { columns: terminalSize(stdout.stream).columns - 1 } : undefined;
  const progress = new LineProgress({ command, totalBytes: inputs.totalBytes, now: performance.now() });
  const tracker = new ModelProgressTracker();
  using screen = openScreen({
    stream: stderr,
    errors: context.errors,
    // The program behind a pipe may write to the same terminal, in the middle of what is drawn.
    live: context.live && (toFile || !stdout.isPiped),
    draw: ({ columns }) => [...tracker.lines(columns), progress.draw(columns, performance.now())],
  });
  const noteProgress = () => {
    if (!screen.live) screen.note(progress.plainLine(performance.now()));
  };
  const onComparison = () => {
    progress.comparisons += 1;
    noteProgress();
  };
  const warn = (message: string) => screen.note(`Warning: ${oneLine(message)}`, colors.yellow);
  const errors = new RepeatedNotes();
  let estimated = addEstimates([]);

  await withBlender(context, { flags, screen, tracker }, async (blender) => {
    const parts = runRecords({
      records: readRecords({ sources: inputs.sources, form, map, onWarning: warn }),
      // Line numbers of several files repeat.
      idOf: ({ source, number }) => (inputs.sources.length > 1 ? `${source}:${number}` : number),
      abortSignal: context.abortSignal,
      work: async (record, { id, abortSignal }) => {
        if (isEstimate) return { fields: {}, estimate: await estimate({ record, blender }) };
        const spent = (usage: Usage) => usage;
        return work({ record, id, models: modelNames(record), blender, abortSignal, onComparison, shown, spent });
      },
    });
    for await (const part of parts) {
      if (part.type === 'warning') {
        warn(part.message);
        continue;
      }
      progress.lineEnded({ endOffset: part.place.endOffset, failed: part.type === 'record-error' });
      if (part.type === 'record-error') {
        showRecordError(part.error, part.place, { errors, screen, colors });
      } else if (part.result.estimate !== undefined) {
        estimated = addEstimates([estimated, part.result.estimate]);
      } else {
        for (const text of part.result.notes ?? []) screen.note(text);
        const line = `${toJson({ id: part.id, ...part.result.fields })}\n`;
        await (toTerminal ? screen.aside(() => sink.write(line)) : sink.write(line));
      }
      noteProgress();
    }
  });
  if (progress.done + progress.failed === 0) {
    const names = inputs.sources.map(({ name }) => name).join(', ');
    throw new CommandError(`There is nothing to read in ${names}.`, { exitCode: EXIT_CODES.usage });
  }
  await sink.commit();
  screen.end();
  for (const text of errors.summary) screen.error(oneLine(text), colors.red);
  screen.note(progress.summary);
  if (isEstimate) await stdout.write(estimateText(estimated, { json: flags.json, stdout }));
  else if (progress.done > 0 && options.summary !== undefined) screen.note(options.summary());
  return progress.failed === 0 ? EXIT_CODES.done : EXIT_CODES.failed;
}
