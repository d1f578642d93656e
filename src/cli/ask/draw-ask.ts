import type { DrawSize } from '../io/screen.ts';
import type { Colors } from '../io/terminal.ts';
import { bar } from '../render/bar.ts';
import { cleanText, oneLine } from '../render/clean-text.ts';
import { fitEnd, wrapText } from '../render/fit-width.ts';
import { formatCount, formatDuration } from '../render/format.ts';
import type { AskState } from './ask-state.ts';
import { candidateLines } from './candidate-lines.ts';
import { rankingTable } from './ranking-table.ts';

/** Text of a fusion that can be seen at once; more is never looked at. */
const SEEN_UNITS = 8000;

/** The blend as it is now: at most `rows` lines of at most `columns`. The newest is at the bottom and is kept whole. */
export function drawAsk(
  state: AskState,
  {
    columns,
    rows,
    now,
    startedAt,
    progressLines,
    colors,
  }: DrawSize & {
    /** The clock of the state. */
    now: number;
    startedAt: number;
    /** What models do before they can answer. */
    progressLines: readonly string[];
    colors: Colors;
  },
): readonly string[] {
  const count = state.calls.size;
  const head = fitEnd(`Blending ${formatCount(count, 'answer')}, ${formatDuration(now - startedAt)}`, columns);
  const top = [colors.bold(head), ...progressLines];
  const bottom = comparingLines(state, columns);
  const room = Math.max(0, rows - top.length - bottom.length);
  if (state.ranked === undefined) {
    const calls = candidateLines([...state.calls.values()], { columns, rows: room, now, colors });
    return [...top, ...calls, ...bottom].slice(0, rows);
  }
  const table = rankingTable(state.ranked, { comparisons: state.comparisons, columns });
  const fusion = fusionLines(state, { columns, rows: Math.max(3, room - table.length) });
  // On a low terminal the fusion is what moves, so the end of the ranking gives way.
  const kept = table.slice(0, Math.max(0, room - fusion.length));
  return [...top, ...kept.map((line, index) => (index === 0 ? colors.dim(line) : line)), ...fusion].slice(0, rows);
}

function comparingLines({ ranked, rankProgress, endedCalls, calls }: AskState, columns: number): readonly string[] {
  if (ranked !== undefined || calls.size === 0 || endedCalls < calls.size) return [];
  if (rankProgress === undefined) return ['Comparing'];
  const { done, total } = rankProgress;
  const width = Math.max(4, Math.min(30, Math.floor(columns / 3)));
  return [fitEnd(`Comparing ${bar(total === 0 ? 1 : done / total, width)} ${done} of ${total}`, columns)];
}

function fusionLines({ fusion }: AskState, { columns, rows }: { columns: number; rows: number }): readonly string[] {
  if (fusion === undefined) return [];
  const about = fusion.checking
    ? 'Comparing the fused answer with the best candidate'
    : `${fusion.analysing ? 'Analysing' : 'Fusing'} ${formatCount(fusion.from.length, 'answer')} with ${oneLine(fusion.fuser)}`;
  const text = cleanText(fusion.text.slice(-SEEN_UNITS)).trim();
  const written = text === '' ? [] : wrapText(text, columns - 2).slice(-Math.max(1, rows - 1));
  return [fitEnd(about, columns), ...written.map((line) => fitEnd(`│ ${line}`.trimEnd(), columns))];
}
