import stringWidth from 'string-width';
import type { BlendComparison, RankedCandidate } from '../../index.ts';
import { oneLine } from '../render/clean-text.ts';
import { fitEnd, fitStart } from '../render/fit-width.ts';
import { tableLines } from '../render/table.ts';

/** Below this width the table does without its less needed columns. */
const ROOMY = 60;
/** Text of an answer that can be seen in a row. */
const FIRST_UNITS = 2000;

/** The ranking as a table of lines that fit into `columns`, the head first. */
export function rankingTable(
  candidates: readonly RankedCandidate[],
  { comparisons, columns }: { comparisons: readonly BlendComparison[]; columns: number },
): readonly string[] {
  const labels = candidates.map(({ model, sample }) => `${oneLine(model)}#${sample}`);
  const labelWidth = Math.min(Math.floor(columns * 0.4), Math.max(...labels.map((label) => stringWidth(label)), 5));
  const head = columns >= ROOMY ? ['rank', 'model', 'score', 'won'] : ['rank', 'model', 'score'];
  const rows = candidates.map((candidate, index) => [
    candidate.rank === undefined ? '-' : String(candidate.rank),
    fitStart(labels[index] ?? '', labelWidth),
    candidate.score === undefined ? '-' : formatScore(candidate.score),
    ...(columns >= ROOMY ? [wins(candidate.id, comparisons)] : []),
  ]);
  const left = tableLines([head, ...rows]);
  // The answers stand at the end of the line, so that a character the terminal draws wider than expected shifts nothing.
  const room = columns - Math.max(...left.map((line) => stringWidth(line))) - 2;
  if (room < 10) return left.map((line) => fitEnd(line.trimEnd(), columns));
  return left.map((line, index) => {
    const answer = index === 0 ? 'answer' : oneLine((candidates[index - 1]?.text ?? '').slice(0, FIRST_UNITS));
    return `${line}  ${fitEnd(answer, room)}`.trimEnd();
  });
}

/** Scores of all aggregations are of the order of 1. */
function formatScore(score: number): string {
  return score.toFixed(2);
}

/** Comparisons won, of those in which there was a winner or could have been. */
function wins(id: string, comparisons: readonly BlendComparison[]): string {
  const met = comparisons.filter(({ phase, left, right }) => phase === 'rank' && (left === id || right === id));
  const won = met.filter(({ left, logit }) => (left === id ? logit > 0 : logit < 0));
  return `${won.length} of ${met.length}`;
}
