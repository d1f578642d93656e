import type { z } from 'zod';
import { type Blender, DataFormatError } from '../../index.ts';
import type { BlenderFlags } from '../blender-flags.ts';
import type { CliContext } from '../cli-context.ts';
import { type ExitCode, EXIT_CODES } from '../exit-code.ts';
import { openInput } from '../io/open-input.ts';
import { openScreen, type Screen } from '../io/screen.ts';
import { terminalSize } from '../io/terminal.ts';
import { openSink } from '../io/open-sink.ts';
import { ModelProgressTracker } from '../render/model-progress.ts';
import { oneLine } from '../render/clean-text.ts';
import { toJson } from '../render/to-json.ts';
import { errorMessage } from '../../util/error-message.ts';
import { withBlender } from '../with-blender.ts';
import { isLineError } from './is-line-error.ts';
import { LineProgress } from './line-progress.ts';
import { mapInOrder } from './map-in-order.ts';
import { parseLine } from './parse-line.ts';
import { type RawLine, readLines } from './read-lines.ts';
import type { JsonlRecord } from './records.ts';

/** Lines in work at once: enough to keep a model busy between two lines, few enough to end soon and need no memory. */
const CONCURRENCY = 2;

/** What a line comes to. */
export interface LineResult {
  /** The fields of the output line, after the id. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Shown once, however many lines carry it. */
  readonly warning?: string | undefined;
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

type Outcome = { readonly raw: RawLine } & (
  | { readonly result: LineResult; readonly id: string | number }
  | { readonly error: unknown }
);

/**
 * Does the same to every line of a JSONL file, streaming: results in the order of the input, bad lines noted and left
 * out, the rest done. What makes every line fail ends the run at once.
 */
export async function processLines<RECORD extends JsonlRecord>(
  {
    verb,
    flags,
    schema,
    work,
  }: {
    /** For the progress line. */
    verb: string;
    flags: BlenderFlags & { readonly input?: string; readonly output?: string };
    schema: z.ZodType<RECORD>;
    work: (line: LineWork<RECORD>) => Promise<LineResult>;
  },
  context: CliContext,
): Promise<ExitCode> {
  const toFile = flags.output !== undefined && flags.output !== '-';
  using input = await openInput(flags.input, context);
  await using sink = await openSink(flags.output, { stdout: context.stdout, input });
  const shown =
    toFile || !context.stdout.isTerminal ? undefined : { columns: terminalSize(context.stdout.stream).columns - 1 };
  const progress = new LineProgress({ verb, totalBytes: input.totalBytes, now: performance.now() });
  const tracker = new ModelProgressTracker();
  using screen = openScreen({
    stream: context.stderr,
    // The program behind a pipe may write to the same terminal, in the middle of what is drawn.
    live: context.live && (toFile || !context.stdout.isPiped),
    draw: (size) => [...tracker.lines(size.columns), progress.draw(size, performance.now())],
  });
  const tell = createTeller(screen, context);
  const tellProgress = () => {
    if (!screen.live) tell.line(progress.plainLine(performance.now()));
  };
  // Leaving the loop below for any reason stops the lines that are still in work.
  const left = new AbortController();
  const abortSignal = AbortSignal.any([context.abortSignal, left.signal]);

  const onProgress = (news: Parameters<ModelProgressTracker['apply']>[0]) => tell.line(tracker.apply(news, screen));
  await withBlender(context, { flags, onProgress, note: tell.line }, async (blender) => {
    const run = async (raw: RawLine): Promise<Outcome | undefined> => {
      try {
        const record = parseLine(raw, { schema, source: input.name });
        if (record === undefined) return undefined;
        const onComparison = () => {
          progress.comparisons += 1;
          tellProgress();
        };
        return {
          raw,
          id: record.id ?? raw.number,
          result: await work({ record, blender, abortSignal, onComparison, shown }),
        };
      } catch (error) {
        abortSignal.throwIfAborted();
        if (!isLineError(error)) throw error;
        return { raw, error };
      }
    };
    try {
      for await (const outcome of mapInOrder(readLines(input.chunks), { concurrency: CONCURRENCY }, run)) {
        context.abortSignal.throwIfAborted();
        if (outcome === undefined) continue;
        const failed = 'error' in outcome;
        progress.lineEnded({ endOffset: outcome.raw.endOffset, failed });
        if (failed) tell.failure(asDataError(outcome.error, { source: input.name, line: outcome.raw.number }));
        else {
          tell.warning(outcome.result.warning);
          for (const note of outcome.result.notes ?? []) tell.line(note);
          const line = `${toJson({ id: outcome.id, ...outcome.result.fields })}\n`;
          await (toFile || !context.stdout.isTerminal ? sink.write(line) : screen.aside(() => sink.write(line)));
        }
        tellProgress();
      }
      context.abortSignal.throwIfAborted();
    } catch (error) {
      // The stream of lines ends with an error of its own; what ended it says more.
      context.abortSignal.throwIfAborted();
      throw error;
    } finally {
      left.abort();
    }
  });
  await sink.commit();
  screen.end();
  screen.note(progress.summary);
  return progress.failed === 0 ? EXIT_CODES.done : EXIT_CODES.failed;
}

/** Every failure of a line reads the same: where, then why. */
function asDataError(error: unknown, { source, line }: { source: string; line: number }): Error {
  return error instanceof DataFormatError
    ? error
    : new DataFormatError({ source, line, reason: oneLine(errorMessage(error)), cause: error });
}

function createTeller(screen: Screen, { colors }: CliContext) {
  const warnings = new Set<string>();
  return {
    line: (text: string | undefined) => {
      if (text !== undefined) screen.note(text);
    },
    failure: (error: Error) => screen.note(oneLine(errorMessage(error)), colors.red),
    warning: (text: string | undefined) => {
      if (text === undefined || warnings.has(text)) return;
      warnings.add(text);
      screen.note(`Warning: ${oneLine(text)}`, colors.yellow);
    },
  };
}
