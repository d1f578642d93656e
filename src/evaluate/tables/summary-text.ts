import type { EvaluationResults } from '../results/results-schema.ts';
import { columnHead, formatCell } from './format-cell.ts';
import type { Table } from './table.ts';

/** Names of rows that are listed; the others are counted. */
const LISTED = 6;

/** `1 example`, `1,200 examples`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

/** What was read, and what of it is in no figure. */
export function countsText({ data, withoutVerdict, incomplete }: EvaluationResults): string {
  return [
    `${counted(data.examples, 'example')} of ${counted(data.prompts, 'prompt')}`,
    ...(data.skipped === 0 ? [] : [`${counted(data.skipped, 'row')} could not be used`]),
    ...(data.leftOut === 0 ? [] : [`${data.leftOut.toLocaleString('en-US')} left out by category`]),
    ...(withoutVerdict === 0 ? [] : [`${withoutVerdict.toLocaleString('en-US')} without a verdict`]),
    ...(incomplete === 0 ? [] : [`${incomplete.toLocaleString('en-US')} with verdicts on some pairs only`]),
  ].join(', ');
}

/**
 * The best row by the first column that was tested, and the rows that a paired test does not tell from it, as sentences;
 * undefined where nothing was tested.
 */
export function bestText({
  columns,
  rows,
}: Pick<Table, 'columns' | 'rows'>): { readonly best: string; readonly others: string } | undefined {
  const column = columns.find(({ key }) => rows.some(({ cells }) => cells[key]?.standing === 'best'));
  const best = rows.find(({ cells }) => column !== undefined && cells[column.key]?.standing === 'best');
  if (column === undefined || best === undefined) return undefined;
  const valueOf = (row: (typeof rows)[number]) => row.cells[column.key]?.value ?? 0;
  const sign = column.better === 'lower' ? 1 : -1;
  const isForeign = (row: (typeof rows)[number]) => Number(row.group !== best.group);
  const tied = rows
    .filter(({ cells }) => cells[column.key]?.standing === 'tied')
    // Those of its own kind come first.
    .toSorted((a, b) => isForeign(a) - isForeign(b) || sign * (valueOf(a) - valueOf(b)))
    .map(({ name }) => name);
  const more = tied.length - LISTED;
  const names = `${tied.slice(0, LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const isUndecided = tied.includes('random');
  return {
    best: `Best by ${columnHead(column)}: ${best.name}, ${formatCell(best.cells[column.key], column)}.`,
    others:
      tied.length === 0
        ? 'A paired test tells it from every other row but oracles.'
        : `A paired test does not tell it from ${names}.${isUndecided ? ' Random is among them: these data do not decide.' : ''}`,
  };
}
