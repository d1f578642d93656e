import { columnHead, type EvaluationResults, formatCell, formatP, type Table } from '../../evaluate/index.ts';
import stringWidth from 'string-width';
import { formatCount } from '../render/format.ts';
import { fitEnd, oneLine, tableLines, wrapText } from '../render/text.ts';

/** Most comparisons that are shown; all are in the report. */
const MAX_COMPARISONS = 12;

/** Results for a terminal: each table with as many of its columns as there is room for, the first ones first. */
export function resultsText(
  results: EvaluationResults,
  { columns, folder }: { columns: number; folder: string },
): string {
  const { data, tables, decidedBy, notes, comparisons } = results;
  const about = [
    `${formatCount(data.examples, 'example')} of ${formatCount(data.prompts, 'prompt')}`,
    ...(data.skipped === 0 ? [] : [`${formatCount(data.skipped, 'row')} not usable`]),
    ...(results.withoutVerdict === 0 ? [] : [`${results.withoutVerdict.toLocaleString('en-US')} without a verdict`]),
    ...(decidedBy === null ? [] : [`decided by ${oneLine(decidedBy)}`]),
  ].join(', ');
  return [
    ...wrapText(`${about}.`, columns),
    ...notes.flatMap((note) => wrapText(oneLine(note), columns)),
    ...tables.flatMap((table) => ['', ...linesOf(table, columns)]),
    ...(comparisons.length === 0 ? [] : ['', ...comparisonLines(results, columns)]),
    '',
    ...wrapText(
      `Intervals: ${(results.method.confidence * 100).toFixed(0)} %, over prompts. * best of its column or tied with it. All columns and categories: ${folder}/report.md`,
      columns,
    ),
    '',
  ].join('\n');
}

function linesOf({ title, columns: all, rows }: Table, width: number): readonly string[] {
  const columns = all.filter(({ key }) => rows.some(({ cells }) => cells[key] !== undefined));
  const names = rows.map(({ name }) => fitEnd(oneLine(name), Math.max(16, Math.floor(width * 0.35))));
  const cells = columns.map((column) => [
    columnHead(column),
    ...rows.map((row) => {
      const cell = row.cells[column.key];
      return `${formatCell(cell, column)}${cell?.standing === null || cell === undefined ? ' ' : '*'}`;
    }),
  ]);
  const first = [
    ['', ...names],
    ['n', ...rows.map(({ n }) => n.toLocaleString('en-US'))],
  ];
  let room = width - widthOf(first[0] ?? []) - 2 - widthOf(first[1] ?? []);
  const shown = cells.filter((column) => (room -= widthOf(column) + 2) >= 0);
  const grid = [...first, ...shown];
  const lines = tableLines(
    Array.from({ length: rows.length + 1 }, (_, line) => grid.map((column) => oneOf(column, line))),
    { rightAligned: grid.map((_, index) => index).slice(1) },
  );
  return [title, ...lines.map((line) => line.trimEnd())];
}

function oneOf(column: readonly string[], line: number): string {
  return column[line] ?? '';
}

function widthOf(column: readonly string[]): number {
  return Math.max(...column.map((text) => stringWidth(text)));
}

function comparisonLines({ comparisons, tables }: EvaluationResults, width: number): readonly string[] {
  const lines = comparisons
    .slice(0, MAX_COMPARISONS)
    .map(({ table, column, left, right, difference, adjustedPValue }) => {
      const form = tables.find(({ id }) => id === table)?.columns.find(({ key }) => key === column);
      const figure = form === undefined ? '' : formatCell({ ...difference, standing: null }, form);
      return [
        fitEnd(oneLine(`${left} − ${right}`), Math.max(20, Math.floor(width * 0.5))),
        form === undefined ? column : columnHead(form),
        figure,
        `p ${formatP(adjustedPValue)}`,
      ];
    });
  const more = comparisons.length - lines.length;
  return [
    'Paired differences, p by permutation over prompts and Holm',
    ...tableLines(lines).map((line) => line.trimEnd()),
    ...(more === 0 ? [] : [`and ${formatCount(more, 'more', 'more')} in the report`]),
  ];
}
