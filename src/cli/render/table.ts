import Table from 'cli-table3';

const BORDERS = [
  'top',
  'top-mid',
  'top-left',
  'top-right',
  'bottom',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
  'left',
  'left-mid',
  'mid',
  'mid-mid',
  'right',
  'right-mid',
] as const;

/** Lines of a table without borders, two spaces between the columns. Texts must be safe to show and on one line. */
export function tableLines(
  rows: readonly (readonly string[])[],
  { rightAligned = [] }: { /** Indices of columns. */ rightAligned?: readonly number[] } = {},
): readonly string[] {
  const table = new Table({
    chars: { ...Object.fromEntries(BORDERS.map((place) => [place, ''])), middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: (rows[0] ?? []).map((_, index) => (rightAligned.includes(index) ? 'right' : 'left')),
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString().split('\n');
}
