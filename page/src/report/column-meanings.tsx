import type { Column } from '../../../src/evaluate/tables/table.ts';
import { betterText } from '../../../src/evaluate/tables/format-cell.ts';

/** What the columns of a table mean, for those who cannot point at their heads. */
export function ColumnMeanings({
  columns,
}: {
  readonly columns: readonly Pick<Column, 'label' | 'about' | 'better'>[];
}) {
  return (
    <details className="meanings small">
      <summary>What the columns mean</summary>
      <ul>
        {columns.map(({ label, about, better }) => (
          <li key={label}>
            <strong>{label}</strong>: {about}
            {betterText(better)}
          </li>
        ))}
      </ul>
    </details>
  );
}
