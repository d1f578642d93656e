import type { Cell, Column } from './table.ts';

/** A figure as it stands in tables: shares in percent with one digit. */
export function formatValue(value: number, { form, digits = 2 }: Pick<Column, 'form' | 'digits'>): string {
  switch (form) {
    case 'share':
      return (value * 100).toFixed(1);
    case 'count':
      return value.toLocaleString('en-US');
    case 'dollars':
      return `$${value.toFixed(4)}`;
    default:
      return value.toFixed(digits);
  }
}

/** `12.3 [10.1, 14.5]`; empty where there is no figure. */
export function formatCell(cell: Cell | undefined, column: Pick<Column, 'form' | 'digits'>): string {
  if (cell === undefined) return '';
  const { value, low, high } = cell;
  const text = formatValue(value, column);
  return low === null || high === null ? text : `${text} [${formatValue(low, column)}, ${formatValue(high, column)}]`;
}

/** The head of a column, with its unit. */
export function columnHead({ label, form }: Pick<Column, 'label' | 'form'>): string {
  return form === 'share' ? `${label} %` : label;
}
