import { type FileHandle, open } from 'node:fs/promises';
import {
  type BlendPart,
  type BlendResult,
  INITIAL_BLEND_STATE,
  InvalidArgumentError,
  recordBlend,
  reduceBlend,
} from '../../index.ts';
import { toJson } from '../../records/index.ts';
import type { CliContext } from '../cli-context.ts';
import { CommandError, EXIT_CODES, writeProblem } from '../errors.ts';
import { openScreen, type Screen } from '../io/screen.ts';
import { lineColumns, terminalSize } from '../io/terminal.ts';
import { ModelProgressTracker } from '../render/model-progress.ts';
import { cleanText, wrapAnswer } from '../render/text.ts';
import { drawAsk } from './draw-ask.ts';
import { plainAskLine } from './plain-ask.ts';
import { summarize } from './summary.ts';

/** How a blend is shown, and what is kept of it. */
interface ShowOptions {
  /** Whether the ranking is explained. */
  readonly explain?: boolean | undefined;
  /** Whether the whole result is printed instead of the answer. */
  readonly json?: boolean | undefined;
  /** Whether the answer is JSON, in which a line break would be a part of it. */
  readonly isJsonAnswer?: boolean | undefined;
  /** The file that takes the parts. */
  readonly record?: string | undefined;
}

/** Where a blend is shown. */
export interface BlendView {
  readonly screen: Screen;
  readonly tracker: ModelProgressTracker;
  /**
   * Shows the parts as they come, until the blend has ended.
   *
   * @param pieces the answer as it is written, where that is what is streamed.
   */
  show(parts: ReadableStream<BlendPart>, pieces?: () => ReadableStream<string>): Promise<BlendResult>;
}

/**
 * Shows a blend that `work` runs, drawn on a terminal and as lines elsewhere, and prints its answer.
 *
 * @throws InvalidArgumentError where the parts cannot be kept, before `work` begins.
 */
export async function showBlend(
  context: CliContext,
  { record, ...options }: ShowOptions,
  work: (view: BlendView) => Promise<BlendResult>,
): Promise<BlendResult> {
  await using file = record === undefined ? undefined : await openRecording(record);
  const printed = { isAnswer: false };
  const result = await onScreen(context, { ...options, file, printed }, work);
  if (!printed.isAnswer) await printAnswer(result, context, options);
  return result;
}

/** What happens at the screen; it is closed before the answer is printed. */
async function onScreen(
  context: CliContext,
  { explain, json, file, printed }: ShowOptions & { file: FileHandle | undefined; printed: { isAnswer: boolean } },
  work: (view: BlendView) => Promise<BlendResult>,
): Promise<BlendResult> {
  const { stderr, stdout, live, colors } = context;
  let state = INITIAL_BLEND_STATE;
  const tracker = new ModelProgressTracker();
  const startedAt = performance.now();
  using screen = openScreen({
    stream: stderr,
    live,
    draw: ({ columns, rows }) => {
      const now = performance.now() - startedAt;
      return drawAsk(state, { columns, rows, now, progressLines: tracker.lines(columns), colors });
    },
  });
  const callOf = (id: string) => state.turns.at(-1)?.calls.find((call) => call.id === id);
  /**
   * Failures of calls that were never sent, mostly for a wrong name or a missing key. They wait until the blend goes on:
   * where it ends with them, the error says the same.
   */
  const unsent: (string | undefined)[] = [];
  const showPlain = (part: BlendPart) => {
    const line = plainAskLine(part, state, part.at);
    if (part.type === 'candidate-error' && callOf(part.failure.id)?.startedAt === undefined) {
      unsent.push(line);
      return;
    }
    for (const earlier of unsent.splice(0)) screen.note(earlier);
    screen.note(line);
  };
  const show: BlendView['show'] = async (given, pieces) => {
    const [parts, kept] = file === undefined ? [given] : given.tee();
    const recording = kept && file?.writeFile(recordBlend(kept));
    let writing: Promise<boolean> | undefined;
    let last: BlendResult | Error = new CommandError('The blend ended without a result.', {
      exitCode: EXIT_CODES.failed,
    });
    try {
      for await (const part of parts) {
        state = reduceBlend(state, part);
        if (!screen.live) showPlain(part);
        if (part.type === 'blend-start' && part.stream === 'fused' && pieces !== undefined && json !== true && !live) {
          writing = writePieces(pieces(), stdout);
          // Where it fails, the blend is waited for first.
          writing.catch(() => {});
        }
        // A recorded session has several of these, and the last one counts.
        if (part.type === 'blend-end') last = part.result;
        if (part.type === 'blend-error') last = new CommandError(part.message, { exitCode: EXIT_CODES.failed });
      }
    } finally {
      await recording;
    }
    if (last instanceof Error) throw last;
    screen.end();
    showSummary(last, screen, context, { explain: explain ?? false });
    printed.isAnswer = (await writing) ?? false;
    return last;
  };
  // Awaited here, so that the screen stays open meanwhile.
  return await work({ screen, tracker, show });
}

/** Writes pieces of an answer as they come. True where there were any. */
async function writePieces(pieces: ReadableStream<string>, stdout: CliContext['stdout']): Promise<boolean> {
  let last: string | undefined;
  for await (const piece of pieces) {
    await stdout.write(stdout.isTerminal ? cleanText(piece) : piece);
    last = piece;
  }
  if (last?.endsWith('\n') === false) await stdout.write('\n');
  return last !== undefined;
}

async function printAnswer(
  result: BlendResult,
  { stdout, stderr, live, colors }: CliContext,
  { json, isJsonAnswer = false }: ShowOptions,
): Promise<void> {
  if (json === true) return stdout.write(`${toJson(result)}\n`);
  if (stdout.isTerminal && live) stderr.write(`${colors.dim('─'.repeat(20))}\n`);
  const text = stdout.isTerminal ? cleanText(result.text) : result.text;
  const shown = stdout.isTerminal && !isJsonAnswer ? wrapAnswer(text, terminalSize(stdout.stream).columns) : text;
  await stdout.write(shown.endsWith('\n') ? shown : `${shown}\n`);
}

/** Questions and answers are private. */
const OWNER_ONLY = 0o600;

async function openRecording(path: string): Promise<FileHandle> {
  return open(path, 'w', OWNER_ONLY).catch((error: unknown) => {
    throw new InvalidArgumentError({ parameter: '--record', value: path, message: writeProblem(error) });
  });
}

function showSummary(
  result: BlendResult,
  screen: Screen,
  { stderr, live, colors }: CliContext,
  { explain }: { explain: boolean },
): void {
  const summary = summarize(result, { columns: lineColumns(stderr), explain, reported: live ? [] : ['generate'] });
  const { table, explanation, warnings, outcome } = summary;
  for (const [index, line] of table.entries()) screen.note(line, index === 0 ? colors.dim : undefined);
  for (const line of explanation) screen.note(line);
  for (const line of warnings) screen.note(line, colors.yellow);
  const [decision = '', ...rest] = outcome;
  screen.note(decision, colors.bold);
  for (const line of rest) screen.note(line, colors.dim);
}
