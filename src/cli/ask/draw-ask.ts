import stringWidth from 'string-width';
import type { BlendState, CallState, FusionState, TurnState } from '../../index.ts';
import type { DrawSize } from '../io/screen.ts';
import type { Colors } from '../io/terminal.ts';
import { bar, formatCount, formatDuration } from '../render/format.ts';
import { cleanText, oneLine, fitEnd, wrapText, fitStart, padEnd, shortLine } from '../render/text.ts';
import { rankingTable } from '../render/ranking-tables.ts';

/** Text of a fusion that can be seen at once; more is never looked at. */
const SEEN_UNITS = 8000;

/** The blend as it is now: at most `rows` lines of at most `columns`. The newest is at the bottom and is kept whole. */
export function drawAsk(
  state: BlendState,
  options: DrawSize & {
    /** Milliseconds since the blend began. */
    now: number;
    /** What models do before they can answer. */
    progressLines: readonly string[];
    colors: Colors;
  },
): readonly string[] {
  const { columns, rows, now, progressLines, colors } = options;
  const turn = state.turns.at(-1);
  const calls = turn?.calls ?? [];
  const head = fitEnd(`Blending ${formatCount(calls.length, 'answer')}, ${formatDuration(now)}`, columns);
  const top = [colors.bold(head), ...progressLines];
  const bottom = turn === undefined ? [] : comparingLines(turn, columns);
  const room = Math.max(0, rows - top.length - bottom.length);
  const { candidates, comparisons } = turn?.ranking ?? { candidates: undefined, comparisons: [] };
  if (candidates === undefined) {
    const lines = candidateLines(calls, { columns, rows: room, now, colors });
    return [...top, ...lines, ...bottom].slice(0, rows);
  }
  const table = rankingTable(candidates, { comparisons, columns });
  const fusion = fusionLines(turn?.fusions.at(-1), { columns, rows: Math.max(3, room - table.length) });
  // On a low terminal the fusion is what moves, so the end of the ranking gives way.
  const kept = table.slice(0, Math.max(0, room - fusion.length));
  return [...top, ...kept.map((line, index) => (index === 0 ? colors.dim(line) : line)), ...fusion].slice(0, rows);
}

function comparingLines({ ranking, calls }: TurnState, columns: number): readonly string[] {
  if (ranking?.candidates !== undefined || endedCalls(calls) < calls.length) return [];
  if (ranking?.progress === undefined) return ['Comparing'];
  const { done, total } = ranking.progress;
  const width = Math.max(4, Math.min(30, Math.floor(columns / 3)));
  return [fitEnd(`Comparing ${bar(total === 0 ? 1 : done / total, width)} ${done} of ${total}`, columns)];
}

function fusionLines(
  fusion: FusionState | undefined,
  { columns, rows }: { columns: number; rows: number },
): readonly string[] {
  if (fusion === undefined) return [];
  const thinking = fusion.text === '' && fusion.reasoning !== '' ? `: ${describeThinking(fusion.reasoning)}` : '';
  const about =
    fusion.phase === 'checking'
      ? 'Comparing the fused answer with the best candidate'
      : `${fusion.phase === 'analysing' ? 'Analysing' : 'Fusing'} ${formatCount(fusion.from.length, 'answer')} with ${oneLine(fusion.fuser)}${thinking}`;
  const text = cleanText(fusion.text.slice(-SEEN_UNITS)).trim();
  const written = text === '' ? [] : wrapText(text, columns - 2).slice(-Math.max(1, rows - 1));
  return [fitEnd(about, columns), ...written.map((line) => fitEnd(`│ ${line}`.trimEnd(), columns))];
}

/** Calls that have come to an end, well or not. */
export function endedCalls(calls: readonly CallState[]): number {
  return calls.filter(({ candidate, failure }) => candidate !== undefined || failure !== undefined).length;
}

/** A call by its model and sample, safe to show. */
export function callLabel({ model, sample }: CallState): string {
  return `${oneLine(model)}#${sample}`;
}

/** Share of a line that a label may take. */
const LABEL_SHARE = 0.45;
/** As many units of a text as its end can take on one line; more is never looked at. */
const TAIL_UNITS = 2000;

/** What can be said of a call in a few words: its state, and how long and how much. */
export function describeCall({ candidate, failure, startedAt, text, reasoning }: CallState, now: number): string {
  if (failure !== undefined) return `failed: ${shortLine(failure.message)}`;
  if (candidate !== undefined) {
    const { usage, timings, finishReason } = candidate;
    const tokens =
      usage.outputTokens === undefined ? countWords(candidate.text) : formatCount(usage.outputTokens, 'token');
    return `${formatDuration(timings.totalMs)}, ${tokens}${finishReason === 'length' ? ', cut at the limit' : ''}`;
  }
  if (startedAt === undefined) return 'waiting';
  if (text !== '') return countWords(text);
  return reasoning === '' ? `asked ${formatDuration(now - startedAt)} ago` : describeThinking(reasoning);
}

function describeThinking(reasoning: string): string {
  return `thinking, ${countWords(reasoning)}`;
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
    Math.max(...shown.map((call) => stringWidth(callLabel(call))), 0),
  );
  const lines = shown.map((call) => {
    const [mark, paint] = look(call, colors);
    const start = `${mark} ${padEnd(fitStart(callLabel(call), labelWidth), labelWidth)}  `;
    const about = fitEnd(describeCall(call, now), columns - labelWidth - 4);
    const left = columns - labelWidth - 4 - stringWidth(about) - 2;
    // A tail of a few letters would only flicker.
    const tail =
      left < 10 || call.candidate || call.failure
        ? ''
        : fitStart(oneLine((call.text || call.reasoning).slice(-TAIL_UNITS)), left);
    return paint(start + about) + (tail === '' ? '' : `  ${colors.dim(tail)}`);
  });
  if (shown.length === calls.length) return lines;
  return [...lines, fitEnd(`… ${calls.length} in all, ${endedCalls(calls)} ended`, columns)].slice(0, rows);
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
