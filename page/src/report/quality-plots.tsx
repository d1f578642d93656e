import { useState } from 'react';
import type { EvaluationResults } from '../../../src/evaluate/results/results-schema.ts';
import type { Cell, Column, Table } from '../../../src/evaluate/tables/table.ts';
import { columnHead, formatValue } from '../../../src/evaluate/tables/format-cell.ts';

interface Point {
  readonly name: string;
  readonly x: number;
  readonly cell: Cell;
}

const WIDTH = 420;
const HEIGHT = 240;
const EDGE = 44;

/** Quality against what it takes: dollars, and comparisons or forward passes, each for one example. */
export function QualityPlots({ results: { tables, systems } }: { readonly results: EvaluationResults }) {
  const [table] = tables;
  const columns = table?.columns.filter(({ better }) => better !== 'neither') ?? [];
  const [key, setKey] = useState(columns[0]?.key);
  const column = columns.find((one) => one.key === key);
  if (table === undefined || column === undefined) return null;
  const perExample = (of: (spent: EvaluationResults['systems'][number]['spent']) => number | null) =>
    systems.flatMap(({ name, done, spent }) => {
      const amount = of(spent);
      return amount === null || done === 0 ? [] : [{ name, amount: amount / done }];
    });
  const plots = [
    {
      label: 'US dollars for an example',
      points: pointsOf(
        table,
        column,
        perExample(({ cost }) => cost),
      ),
    },
    {
      label: 'Ranker passes for an example',
      points: pointsOf(
        table,
        column,
        perExample(({ rankerPasses }) => rankerPasses),
      ),
    },
    {
      label: 'Model calls for an example',
      points: pointsOf(
        table,
        column,
        perExample(({ modelCalls }) => modelCalls),
      ),
    },
  ].filter(({ points }) => points.some(({ x }) => x > 0));
  if (plots.length === 0) return null;
  return (
    <section aria-labelledby="quality-title">
      <h2 id="quality-title">Quality against what it takes</h2>
      <label>
        Figure{' '}
        <select value={key} onChange={({ target }) => setKey(target.value)}>
          {columns.map((one) => (
            <option key={one.key} value={one.key}>
              {one.label}
            </option>
          ))}
        </select>
      </label>
      <div className="plots">
        {plots.map(({ label, points }) => (
          <Plot key={label} label={label} column={column} points={points} />
        ))}
      </div>
    </section>
  );
}

/** Rows are of the systems of their name; of a blend, all rows that begin with its name. */
function pointsOf(
  table: Table,
  column: Column,
  amounts: readonly { name: string; amount: number }[],
): readonly Point[] {
  return table.rows.flatMap(({ name, cells }) => {
    const cell = cells[column.key];
    const amount = amounts.find((one) => name === one.name || name.startsWith(`${one.name}:`))?.amount;
    return cell === undefined || amount === undefined ? [] : [{ name, x: amount, cell }];
  });
}

function Plot({
  label,
  column,
  points,
}: {
  readonly label: string;
  readonly column: Column;
  readonly points: readonly Point[];
}) {
  const ys = points.flatMap(({ cell: { value, low, high } }) => [value, low ?? value, high ?? value]);
  const [bottom, top] = [Math.min(...ys), Math.max(...ys)];
  const right = Math.max(...points.map(({ x }) => x)) || 1;
  const x = (value: number) => EDGE + ((WIDTH - EDGE - 20) * value) / right;
  const y = (value: number) => 10 + ((HEIGHT - 20) * (top - value)) / (top - bottom || 1);
  return (
    <figure>
      <figcaption>
        {columnHead(column)} against {label.toLowerCase()}
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + 24}`} role="img" aria-label={`${column.label} against ${label}`}>
        <path className="axis" d={`M${EDGE} 0V${HEIGHT}H${WIDTH}`} />
        <text x={EDGE - 6} y={y(top) + 4} textAnchor="end">
          {formatValue(top, column)}
        </text>
        <text x={EDGE - 6} y={y(bottom) + 4} textAnchor="end">
          {formatValue(bottom, column)}
        </text>
        <text x={EDGE} y={HEIGHT + 16}>
          0
        </text>
        <text x={WIDTH} y={HEIGHT + 16} textAnchor="end">
          {Number(right.toPrecision(3))}
        </text>
        {points.map(({ name, x: amount, cell: { value, low, high } }) => (
          <g key={name}>
            <title>{`${name}: ${formatValue(value, column)} at ${Number(amount.toPrecision(3))}`}</title>
            <line className="mark" x1={x(amount)} x2={x(amount)} y1={y(low ?? value)} y2={y(high ?? value)} />
            <circle className="mark" cx={x(amount)} cy={y(value)} r="4" />
            <text
              className="point"
              x={x(amount) + (amount > right / 2 ? -8 : 8)}
              y={y(value) + 4}
              textAnchor={amount > right / 2 ? 'end' : 'start'}
            >
              {name}
            </text>
          </g>
        ))}
      </svg>
    </figure>
  );
}
