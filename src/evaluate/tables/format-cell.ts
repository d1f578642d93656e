import type { Cell, Column } from './table.ts';

/** A figure as it stands in tables: shares in percent with one digit. */
export function formatValue(value: number, { form, digits = 2 }: Pick<Column, 'form' | 'digits'>): string {
  switch (form) {
    case 'share':
      return toFixed(value * 100, 1);
    case 'count':
      return value.toLocaleString('en-US');
    case 'dollars':
      return `$${value.toFixed(4)}`;
    default:
      return toFixed(value, digits);
  }
}

/** A zero has no sign, also where it was rounded. */
function toFixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text;
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

/** Which figures of a column are better, as a sentence that follows what it is. */
export function betterText(better: Column['better']): string {
  return better === 'neither' ? '' : better === 'lower' ? ' Lower is better.' : ' Higher is better.';
}
