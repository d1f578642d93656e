import type { CSSProperties } from 'react';

/** A share in a table whose colour says it too. */
export interface HeatCell {
  /** From 0 to 1. */
  readonly share: number;
  /** What it is of, in words. */
  readonly title: string;
  /** How strong its colour is, from 0 to 1. */
  readonly strength: number;
  readonly isLow?: boolean;
}

/** Shares by row and column, in percent. A place without one has a dot. */
export function HeatTable({
  id,
  title,
  caption,
  corner,
  columns,
  rows,
  isUpright = false,
}: {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly corner: string;
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly name: string;
    readonly group?: string | undefined;
    readonly cells: readonly (HeatCell | undefined)[];
  }[];
  /** Whether the heads of columns are short, and so need not be turned. */
  readonly isUpright?: boolean;
}) {
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <p className="caption">{caption}</p>
      <div className="scroll" role="region" aria-label={`Table: ${title}`} tabIndex={0}>
        <table className={isUpright ? 'matrix upright' : 'matrix'}>
          <thead>
            <tr>
              <th scope="col">{corner}</th>
              {columns.map((column) => (
                <th scope="col" key={column}>
                  <span>{column}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, group, cells }) => (
              <tr key={`${group ?? ''} ${name}`}>
                <th scope="row">
                  {name} {group !== undefined && <span className="soft">{group}</span>}
                </th>
                {columns.map((column, index) => (
                  <Cell key={column} cell={cells[index]} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Cell({ cell }: { readonly cell: HeatCell | undefined }) {
  if (cell === undefined) return <td>·</td>;
  const { share, title, strength, isLow = false } = cell;
  const style = { '--part': `${Math.round(100 * Math.min(1, strength))}%` } as CSSProperties;
  return (
    <td title={title} className={isLow ? 'lost' : 'won'} style={style}>
      {(share * 100).toFixed(0)}
    </td>
  );
}
