import { fitEnd, fitStart, padEnd } from '../render/fit-width.ts';
import { formatCount, formatDuration } from '../render/format.ts';
import { oneLine, shortLine } from '../render/clean-text.ts';
import type { Colors } from '../io/terminal.ts';
import type { CallState } from './ask-state.ts';
import stringWidth from 'string-width';

/** Share of a line that a label may take. */
const LABEL_SHARE = 0.45;
/** As many units of a text as its end can take on one line; more is never looked at. */
const TAIL_UNITS = 2000;

/** What can be said of a call in a few words: its state, and how long and how much. */
export function describeCall({ candidate, failure, startedAt, text }: CallState, now: number): string {
  if (failure !== undefined) return `failed: ${shortLine(failure.message)}`;
  if (candidate !== undefined) {
    const { usage, timings, finishReason } = candidate;
    const tokens =
      usage.outputTokens === undefined ? countWords(candidate.text) : formatCount(usage.outputTokens, 'token');
    return `${formatDuration(timings.totalMs)}, ${tokens}${finishReason === 'length' ? ', cut at the limit' : ''}`;
  }
  if (startedAt === undefined) return 'waiting';
  return text === '' ? `asked ${formatDuration(now - startedAt)} ago` : countWords(text);
}

function countWords(text: string): string {
  return formatCount(text.match(/\S+/g)?.length ?? 0, 'word');
}

/** One line for each call that fits into `columns`, at most `rows` of them; those at work go first where there are more. */
export function candidateLines(
  calls: readonly CallState[],
  { columns, rows, now, colors }: { columns: number; rows: number; now: number; colors: Colors },
): readonly string[] {
  const shown = calls.length <= rows ? calls : mostInteresting(calls, Math.max(0, rows - 1));
  const labelWidth = Math.min(
    Math.floor(columns * LABEL_SHARE),
    Math.max(...shown.map(({ label }) => stringWidth(label)), 0),
  );
  const lines = shown.map((call) => {
    const [mark, paint] = look(call, colors);
    const start = `${mark} ${padEnd(fitStart(call.label, labelWidth), labelWidth)}  `;
    const about = fitEnd(describeCall(call, now), columns - labelWidth - 4);
    const left = columns - labelWidth - 4 - stringWidth(about) - 2;
    // A tail of a few letters would only flicker.
    const tail =
      left < 10 || call.candidate || call.failure ? '' : fitStart(oneLine(call.text.slice(-TAIL_UNITS)), left);
    return paint(start + about) + (tail === '' ? '' : `  ${colors.dim(tail)}`);
  });
  if (shown.length === calls.length) return lines;
  const ended = calls.filter(({ candidate, failure }) => candidate !== undefined || failure !== undefined).length;
  return [...lines, fitEnd(`… ${calls.length} in all, ${ended} ended`, columns)].slice(0, rows);
}

function look(
  { candidate, failure, startedAt }: CallState,
  colors: Colors,
): readonly [mark: string, paint: (line: string) => string] {
  if (failure !== undefined) return ['✗', colors.red];
  if (candidate !== undefined) return ['✓', colors.green];
  return startedAt === undefined ? ['·', colors.dim] : ['▸', (line) => line];
}

function mostInteresting(calls: readonly CallState[], count: number): readonly CallState[] {
  const weight = ({ candidate, failure, startedAt }: CallState) =>
    failure !== undefined ? 1 : candidate !== undefined ? 3 : startedAt === undefined ? 2 : 0;
  const chosen = new Set(calls.toSorted((left, right) => weight(left) - weight(right)).slice(0, count));
  return calls.filter((call) => chosen.has(call));
}
