/** What the columns of a table mean, for those who cannot point at their heads. */
export function ColumnMeanings({
  columns,
}: {
  readonly columns: readonly { readonly label: string; readonly about: string }[];
}) {
  return (
    <details className="meanings small">
      <summary>What the columns mean</summary>
      <ul>
        {columns.map(({ label, about }) => (
          <li key={label}>
            <strong>{label}</strong>: {about}
          </li>
        ))}
      </ul>
    </details>
  );
}
