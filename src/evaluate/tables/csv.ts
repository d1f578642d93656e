import type { Table } from './table.ts';

/** A table as CSV, one figure a line: `group,name,n,figure,value,low,high,prompts,standing`, in full precision. */
export function toCsv({ columns, rows }: Pick<Table, 'columns' | 'rows'>): string {
  const lines = rows.flatMap(({ group, name, n, cells }) =>
    columns.flatMap(({ key }) => {
      const cell = cells[key];
      if (cell === undefined) return [];
      const { value, low, high, prompts, standing } = cell;
      return [[group, name, n, key, value, low ?? '', high ?? '', prompts, standing ?? '']];
    }),
  );
  const heads = ['group', 'name', 'n', 'figure', 'value', 'low', 'high', 'prompts', 'standing'];
  return [heads, ...lines].map((line) => `${line.map((field) => quoted(String(field))).join(',')}\r\n`).join('');
}

/** A field that begins like a formula would be one to a spreadsheet; numbers stay as they are. */
function quoted(field: string): string {
  const safe = /^[=+\-@\t]/.test(field) && Number.isNaN(Number(field)) ? `'${field}` : field;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
