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
/** Between points that would hide each other, and between lines of text. */
const APART = 12;

/** Quality against what it takes: dollars, and comparisons or forward passes, each for one example. */
export function QualityPlots({ results: { tables, systems } }: { readonly results: EvaluationResults }) {
  const [table] = tables;
  // Those of what was asked alone: other rows took nothing.
  const rows = table?.rows.filter(({ name }) => systems.some((system) => isOf(name, system.name))) ?? [];
  const pointCount = ({ key: one }: Column) => rows.filter(({ cells }) => cells[one] !== undefined).length;
  const columns = table?.columns.filter((one) => one.better !== 'neither' && pointCount(one) > 0) ?? [];
  const [key, setKey] = useState(() => columns.toSorted((a, b) => pointCount(b) - pointCount(a))[0]?.key);
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
  const hasSeveralK = rows.some(({ name }) => name.includes(', K = '));
  return (
    <section aria-labelledby="quality-title">
      <h2 id="quality-title">Quality against what it takes</h2>
      {hasSeveralK && (
        <p className="caption">What a blend took is of all its K together, so that they stand at the same place.</p>
      )}
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
function isOf(row: string, system: string): boolean {
  return row === system || row.startsWith(`${system}:`);
}

/** The points of a table, by what each took. */
function pointsOf(
  table: Table,
  column: Column,
  amounts: readonly { name: string; amount: number }[],
): readonly Point[] {
  return table.rows.flatMap(({ name, cells }) => {
    const cell = cells[column.key];
    const amount = amounts.find((one) => isOf(name, one.name))?.amount;
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
  const labels = labelHeights(points.map(({ cell: { value } }) => y(value)));
  const texts = points.map(
    ({ name, x: amount, cell: { value } }) =>
      `${name}: ${formatValue(value, column)} at ${Number(amount.toPrecision(3))}`,
  );
  return (
    <figure>
      <figcaption>
        {columnHead(column)} against {label.toLowerCase()}
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT + 24}`}
        role="img"
        aria-label={`${column.label} against ${label}. ${texts.join('. ')}`}
      >
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
        {points.map(({ name, x: amount, cell: { value, low, high } }, index) => {
          // Points that took the same stand beside each other, and their names beside them all.
          const twins = points.flatMap((other, place) => (Math.abs(x(other.x) - x(amount)) < APART ? [place] : []));
          const isRight = amount > right / 2;
          const side = isRight ? -1 : 1;
          const at = x(amount) + side * APART * twins.indexOf(index);
          return (
            <g key={name}>
              <title>{texts[index]}</title>
              <line className="mark" x1={at} x2={at} y1={y(low ?? value)} y2={y(high ?? value)} />
              <circle className="mark" cx={at} cy={y(value)} r="4" />
              <text
                x={x(amount) + side * (APART * (twins.length - 1) + 8)}
                y={(labels[index] ?? 0) + 4}
                textAnchor={isRight ? 'end' : 'start'}
              >
                {name}
              </text>
            </g>
          );
        })}
      </svg>
    </figure>
  );
}

/** Heights of the names of points, moved so far down that none stands on another. */
function labelHeights(heights: readonly number[]): readonly number[] {
  const moved = [...heights];
  const order = heights.map((_, index) => index).toSorted((a, b) => (heights[a] ?? 0) - (heights[b] ?? 0));
  let above = -Infinity;
  for (const index of order) {
    above = Math.max(heights[index] ?? 0, above + APART);
    moved[index] = above;
  }
  return moved;
}
