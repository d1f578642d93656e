import { useState } from 'react';
import type { Cell, Column, Table } from '../../../src/evaluate/tables/table.ts';
import { ColumnMeanings } from './column-meanings.tsx';
import { columnHead, formatValue } from '../../../src/evaluate/tables/format-cell.ts';
import { bestText } from '../../../src/evaluate/tables/summary-text.ts';

interface Order {
  readonly key: string;
  readonly isDescending: boolean;
}

/** A table of figures with their intervals, in the order of any column. */
export function FiguresTable({
  table: { id, title, caption, rows, ...table },
  isPart = false,
}: {
  readonly table: Table;
  /** Whether it stands under the heading of another part. */
  readonly isPart?: boolean;
}) {
  const [order, setOrder] = useState<Order>();
  const columns = table.columns.filter(({ key }) => rows.some(({ cells }) => cells[key] !== undefined));
  const hasStanding = rows.some(({ cells }) => Object.values(cells).some(({ standing }) => standing !== null));
  const hasInterval = rows.some(({ cells }) => Object.values(cells).some(({ low }) => low !== null));
  const best = isPart ? undefined : bestText({ columns, rows });
  const Heading = isPart ? 'h3' : 'h2';
  const titleId = `title-${id}`;
  return (
    <section aria-labelledby={titleId}>
      <Heading id={titleId}>{title}</Heading>
      {best !== undefined && (
        <p className="caption">
          <strong>{best.best}</strong> {best.others}
        </p>
      )}
      {caption !== '' && <p className="caption">{caption}</p>}
      <div className="scroll" role="region" aria-label={`Table: ${title}`} tabIndex={0}>
        <table className="figures">
          <thead>
            <tr>
              <th scope="col">Method</th>
              <th scope="col" className="number">
                n
              </th>
              {columns.map((column) => (
                <ColumnHead key={column.key} column={column} order={order} onOrder={setOrder} />
              ))}
            </tr>
          </thead>
          <tbody>
            {inOrder(rows, order).map(({ name, group, n, cells }) => (
              <tr key={`${group} ${name}`}>
                <th scope="row">
                  {name} {group !== name && <span className="soft">{group}</span>}
                </th>
                <td className="number">{n.toLocaleString('en-US')}</td>
                {columns.map((column) => (
                  <FigureCell key={column.key} cell={cells[column.key]} column={column} scale={scaleOf(rows, column)} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.map(
        ({ name, note }) => note !== undefined && <p key={name} className="small soft">{`${name}: ${note}.`}</p>,
      )}
      <p className="small soft">
        {hasStanding && '★ is the best of its column; a paired test does not tell ☆ from it. '}
        {hasInterval && 'Below a figure stands its interval.'}
      </p>
      <ColumnMeanings columns={columns} />
    </section>
  );
}

function ColumnHead({
  column,
  order,
  onOrder,
}: {
  readonly column: Column;
  readonly order: Order | undefined;
  readonly onOrder: (order: Order | undefined) => void;
}) {
  const isOwn = order?.key === column.key;
  // The better figures first, then the worse ones, then as they were.
  const first = column.better !== 'lower';
  const next = !isOwn
    ? { key: column.key, isDescending: first }
    : order.isDescending === first
      ? { key: column.key, isDescending: !first }
      : undefined;
  return (
    <th scope="col" className="number" aria-sort={isOwn ? (order.isDescending ? 'descending' : 'ascending') : 'none'}>
      <button type="button" className="head" title={column.about} onClick={() => onOrder(next)}>
        {columnHead(column)}
        <span aria-hidden="true">{isOwn ? (order.isDescending ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}

function FigureCell({
  cell,
  column,
  scale,
}: {
  readonly cell: Cell | undefined;
  readonly column: Column;
  readonly scale: readonly [number, number];
}) {
  if (cell === undefined) return <td className="number soft">–</td>;
  const { value, low, high, standing } = cell;
  const format = (one: number) => formatValue(one, column);
  return (
    <td className={standing === null ? 'number' : `number ${standing}`}>
      {standing !== null && (
        <span className="standing" role="img" aria-label={standing === 'best' ? 'best' : 'tied with the best'}>
          {standing === 'best' ? '★' : '☆'}
        </span>
      )}
      {format(value)}
      {low !== null && high !== null && (
        <>
          <span className="interval">
            {format(low)} to {format(high)}
          </span>
          <IntervalBar value={value} low={low} high={high} scale={scale} />
        </>
      )}
    </td>
  );
}

function IntervalBar({
  value,
  low,
  high,
  scale: [from, to],
}: {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly scale: readonly [number, number];
}) {
  const x = (one: number) => 1 + (98 * (one - from)) / (to - from || 1);
  return (
    <svg className="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      <line x1={x(low)} x2={x(high)} y1="3" y2="3" />
      <rect x={x(value) - 1} y="0" width="2" height="6" />
    </svg>
  );
}

/** The ends of all intervals of a column. */
function scaleOf(rows: Table['rows'], { key }: Column): readonly [number, number] {
  const ends = rows.flatMap(({ cells }) => {
    const cell = cells[key];
    return cell === undefined ? [] : [cell.value, cell.low ?? cell.value, cell.high ?? cell.value];
  });
  return [Math.min(...ends), Math.max(...ends)];
}

/** Rows without the figure come last. */
function inOrder(rows: Table['rows'], order: Order | undefined): Table['rows'] {
  if (order === undefined) return rows;
  const { key, isDescending } = order;
  const sign = isDescending ? -1 : 1;
  const valueOf = (row: Table['rows'][number]) => row.cells[key]?.value ?? sign * Number.POSITIVE_INFINITY;
  return rows.toSorted((left, right) => {
    const [first, second] = [valueOf(left), valueOf(right)];
    return first === second ? 0 : sign * (first < second ? -1 : 1);
  });
}
