import type { z } from 'zod';
import type { Blender } from '../../index.ts';
import { type JsonlRecord, type LineResult, runLines, toJson } from '../../jsonl/index.ts';
import { errorMessage } from '../../util/error-message.ts';
import type { CliContext } from '../cli-context.ts';
import { CommandError, EXIT_CODES, type ExitCode } from '../errors.ts';
import { openInput } from '../io/input.ts';
import { openSink } from '../io/output.ts';
import { openScreen } from '../io/screen.ts';
import { terminalSize } from '../io/terminal.ts';
import { ModelProgressTracker } from '../render/model-progress.ts';
import { oneLine } from '../render/text.ts';
import type { LineFlags } from '../shared-options.ts';
import { withBlender } from '../with-blender.ts';
import { LineProgress } from './line-progress.ts';

/** What a line comes to, for the output and the screen. */
export interface OutputLine extends LineResult {
  /** The fields of the output line, after the id. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Shown before the line, where it is shown. */
  readonly notes?: readonly string[];
}

/** What the work on a line may use. */
export interface LineWork<RECORD> {
  readonly record: RECORD;
  readonly blender: Blender;
  readonly abortSignal: AbortSignal;
  /** Call after each comparison. */
  readonly onComparison: () => void;
  /** Where the line is shown to a person and not passed on: how wide that is. */
  readonly shown: { readonly columns: number } | undefined;
}

/** Runs `work` on every line of `--input`, shows how far it is, and writes the results to `--output`. */
export async function processLines<RECORD extends JsonlRecord>(
  options: {
    /** For the progress line. */
    command: string;
    flags: LineFlags;
    schema: z.ZodType<RECORD>;
    work: (line: LineWork<RECORD>) => Promise<OutputLine>;
    /** What all lines that were done come to, shown at the end. */
    summary?: () => string;
  },
  context: CliContext,
): Promise<ExitCode> {
  const { command, flags, schema, work } = options;
  const { stdout, stderr, colors } = context;
  const toFile = flags.output !== undefined && flags.output !== '-';
  const toTerminal = !toFile && stdout.isTerminal;
  using input = await openInput(flags.input, context);
  await using sink = await openSink(flags.output, { stdout, input });
  const shown = toTerminal ? { columns: terminalSize(stdout.stream).columns - 1 } : undefined;
  const progress = new LineProgress({ command, totalBytes: input.totalBytes, now: performance.now() });
  const tracker = new ModelProgressTracker();
  using screen = openScreen({
    stream: stderr,
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

  await withBlender(context, { flags, screen, tracker }, async (blender) => {
    const parts = runLines({
      chunks: input.chunks,
      source: input.name,
      schema,
      abortSignal: context.abortSignal,
      work: (record, { abortSignal }) => work({ record, blender, abortSignal, onComparison, shown }),
    });
    for await (const part of parts) {
      if (part.type === 'warning') {
        screen.note(`Warning: ${oneLine(part.message)}`, colors.yellow);
        continue;
      }
      progress.lineEnded({ endOffset: part.endOffset, failed: part.type === 'line-error' });
      if (part.type === 'line-error') screen.note(oneLine(errorMessage(part.error)), colors.red);
      else {
        for (const text of part.result.notes ?? []) screen.note(text);
        const line = `${toJson({ id: part.id, ...part.result.fields })}\n`;
        await (toTerminal ? screen.aside(() => sink.write(line)) : sink.write(line));
      }
      noteProgress();
    }
  });
  if (progress.done + progress.failed === 0) {
    throw new CommandError('The input has no lines.', { exitCode: EXIT_CODES.usage });
  }
  await sink.commit();
  screen.end();
  screen.note(progress.summary);
  if (progress.done > 0 && options.summary !== undefined) screen.note(options.summary());
  return progress.failed === 0 ? EXIT_CODES.done : EXIT_CODES.failed;
}
