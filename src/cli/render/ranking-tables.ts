import stringWidth from 'string-width';
import type { BlendComparison, RankedCandidate, RankResult } from '../../index.ts';
import { oneLine, fitEnd, fitStart, tableLines, wrapText } from './text.ts';
import { formatCount } from './format.ts';

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
  // A single candidate met nobody.
  const showPairs = columns >= ROOMY && candidates.length > 1;
  const head = showPairs ? ['rank', 'model', 'score', 'pairs won'] : ['rank', 'model', 'score'];
  const rows = candidates.map((candidate, index) => [
    candidate.rank === undefined ? '-' : String(candidate.rank),
    fitStart(labels[index] ?? '', labelWidth),
    candidate.score === undefined ? '-' : formatScore(candidate.score),
    ...(showPairs ? [pairsWon(candidate.id, comparisons)] : []),
  ]);
  const left = tableLines([head, ...rows]);
  // The answers stand at the end of the line, so that a character the terminal draws wider than expected shifts nothing.
  const room = columns - Math.max(...left.map((line) => stringWidth(line))) - 2;
  if (room < 10) return left.map((line) => fitEnd(line.trimEnd(), columns));
  return left.map((line, index) => {
    const answer = index === 0 ? 'answer' : firstWords(candidates[index - 1]);
    return `${line}  ${fitEnd(answer, room)}`.trimEnd();
  });
}

function firstWords(candidate: RankedCandidate | undefined): string {
  const text = oneLine((candidate?.text ?? '').slice(0, FIRST_UNITS));
  return candidate?.finishReason === 'length' ? `[cut] ${text}` : text;
}

/** Scores of all aggregations are of the order of 1. */
function formatScore(score: number): string {
  return score.toFixed(2);
}

/** Pairs that the ranker decided for the candidate, of all that it was compared in; a tie is won by neither. */
function pairsWon(id: string, comparisons: readonly BlendComparison[]): string {
  const met = comparisons.filter(({ phase, left, right }) => phase === 'rank' && (left === id || right === id));
  const won = met.filter(({ left, logit }) => (left === id ? logit > 0 : logit < 0));
  return `${won.length} of ${met.length}`;
}

/** The least width of the names of models. */
const MIN_LABEL_WIDTH = 12;

/** More opponents than this make a matrix nobody reads. */
const MAX_OPPONENTS = 16;

/**
 * How a ranking came about, as lines of at most `columns`: a table of the candidates, best first, then the compared
 * pairs.
 */
export function explanationLines(
  ranking: Pick<RankResult, 'explanation' | 'order' | 'ranks' | 'scores' | 'positionBias'>,
  options: {
    title: string;
    candidates: readonly string[];
    /** Of the candidates, null for one without a name; undefined where they are not shown. */
    models?: readonly (string | null)[] | undefined;
    columns: number;
  },
): readonly string[] {
  const { title, candidates, models, columns } = options;
  const { explanation, order, ranks, scores, positionBias } = ranking;
  const { matrix, strengths, opponentsBeaten, batches, stopReason, bestOverSecond, rankers } = explanation;
  const labels = models?.map((model) => oneLine(model ?? '-'));
  const labelWidth = Math.max(MIN_LABEL_WIDTH, Math.floor(columns * 0.25));
  const head = [
    'rank',
    'no.',
    'score',
    'strength',
    '95 % interval',
    'wins + ½ ties',
    ...(labels === undefined ? [] : ['model']),
  ];
  const rows = order.map((index) => {
    const strength = strengths[index];
    return [
      String(ranks[index] ?? ''),
      String(index),
      formatLogit(scores[index]),
      formatLogit(strength?.strength),
      strength === undefined ? '' : `${formatLogit(strength.low)} to ${formatLogit(strength.high)}`,
      `${opponentsBeaten[index] ?? 0} of ${explanation.opponents[index] ?? 0}`,
      ...(labels === undefined ? [] : [fitStart(labels[index] ?? '-', labelWidth)]),
    ];
  });
  const opponents = order.map((index) => `vs ${index}`);
  const cells = order.map((row) => order.map((column) => (row === column ? '' : formatLogit(matrix[row]?.[column]))));
  const withMatrix = tableLines(
    [[...head, ...opponents], ...rows.map((row, place) => [...row, ...(cells[place] ?? [])])],
    { rightAligned: [0, 1, 2, 3, 5, ...opponents.map((_, index) => head.length + index)] },
  );
  // A matrix that does not fit says nothing; it is in the JSON.
  const fits = order.length <= MAX_OPPONENTS && withMatrix.every((line) => line.trimEnd().length <= columns);
  const table = fits ? withMatrix : tableLines([head, ...rows], { rightAligned: [0, 1, 2, 3, 5] });
  const compared = batches.map((batch) => batch.map(([left, right]) => `${left}-${right}`).join(' ')).join(' | ');
  const effort = rankers.map(
    ({ ranker, pairs, calls }) => `${oneLine(ranker)}: ${formatCount(pairs, 'pair')}, ${formatCount(calls, 'call')}`,
  );
  return [
    ...(title === '' ? [] : [fitEnd(oneLine(title), columns)]),
    ...table.map((line, index) => {
      const answer = index === 0 ? 'answer' : oneLine((candidates[order[index - 1] ?? 0] ?? '').slice(0, 400));
      const room = columns - line.length - 2;
      return fitEnd(room < 10 ? line.trimEnd() : `${line}  ${fitEnd(answer, room)}`.trimEnd(), columns);
    }),
    ...wrapText(compared === '' ? 'No pair was compared.' : `Compared, in batches: ${compared}`, columns),
    ...wrapText(stopReason, columns),
    ...(bestOverSecond === undefined
      ? []
      : wrapText(
          `The ranker finds the best better than the second with probability ${bestOverSecond.toFixed(2)}.`,
          columns,
        )),
    ...effort.flatMap((line) => wrapText(line, columns)),
    ...(positionBias === undefined ? [] : wrapText(positionLine(positionBias), columns)),
  ];
}

/** How often the order shown decided a pair. */
function positionLine({ pairs, flipped, favoured }: NonNullable<RankResult['positionBias']>): string {
  const favour = favoured === undefined ? '' : `, more often for the ${favoured} shown`;
  return `${formatCount(flipped, 'winner')} of ${formatCount(pairs, 'pair')} changed with the order shown${favour}.`;
}

/** Log-odds with two digits; a dash where there are none. */
function formatLogit(value: number | undefined): string {
  return value === undefined ? '-' : (Number(value.toFixed(2)) + 0).toFixed(2);
}
