import type { RankResult } from '../../index.ts';
import { oneLine } from './clean-text.ts';
import { fitEnd, wrapText } from './fit-width.ts';
import { formatCount } from './format.ts';
import { tableLines } from './table.ts';

/** More opponents than this make a matrix nobody reads. */
const MAX_OPPONENTS = 16;

/** How a ranking came about, as lines of at most `columns`: a table of the candidates, best first, then what was asked. */
export function explanationLines(
  {
    explanation,
    order,
    ranks,
    scores,
    positionBias,
  }: Pick<RankResult, 'explanation' | 'order' | 'ranks' | 'scores' | 'positionBias'>,
  { title, candidates, columns }: { title: string; candidates: readonly string[]; columns: number },
): readonly string[] {
  const { matrix, strengths, opponentsBeaten, batches, stopReason, rankers } = explanation;
  const head = ['rank', 'no.', 'score', 'strength', '95 % interval', 'won'];
  const rows = order.map((index) => {
    const strength = strengths[index];
    return [
      String(ranks[index] ?? ''),
      String(index),
      formatLogit(scores[index]),
      formatLogit(strength?.strength),
      strength === undefined ? '' : `${formatLogit(strength.low)} to ${formatLogit(strength.high)}`,
      `${opponentsBeaten[index] ?? 0} of ${explanation.opponents[index] ?? 0}`,
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
  const asked = batches.map((batch) => batch.map(([left, right]) => `${left}-${right}`).join(' ')).join(' | ');
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
    ...wrapText(asked === '' ? 'No pair was asked.' : `Asked, in batches: ${asked}`, columns),
    ...wrapText(stopReason, columns),
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
