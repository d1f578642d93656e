import { type CSSProperties, type KeyboardEvent, useRef } from 'react';
import { formatProbability } from '../state/format.ts';
import { letterOf, modelOf } from '../state/names.ts';
import type { TurnView } from '../state/page-context.ts';
import { cellProbability, standings } from '../state/standing.ts';
import { S } from '../strings.ts';

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** With more answers than this the cells are narrow. */
const MOST_WIDE = 7;

/** Each pair of answers, filled as they are compared. Arrow keys go from cell to cell. */
export function Matrix({
  view: { turn, isHidden },
  onPair,
}: {
  readonly view: TurnView;
  readonly onPair: (pair: readonly [string, string]) => void;
}) {
  const table = useRef<HTMLTableElement>(null);
  const { ranking } = turn;
  if (ranking === undefined || isHidden || ranking.from.length < 2) return null;
  const ids = standings(turn).map(({ id }) => id);
  const move = (event: KeyboardEvent) => {
    const [down, right] = STEPS[event.key] ?? [0, 0];
    if (!(event.target instanceof HTMLElement) || (down === 0 && right === 0)) return;
    const row = Number(event.target.dataset['row']) + down;
    let column = Number(event.target.dataset['column']) + right;
    // There is no cell on the diagonal.
    if (row === column) column += right === 0 ? (column === 0 ? 1 : -1) : right;
    const next = table.current?.querySelector<HTMLElement>(`[data-row="${row}"][data-column="${column}"]`);
    if (next === undefined || next === null) return;
    event.preventDefault();
    next.focus();
  };
  return (
    <section className="zone" aria-labelledby="matrix-title">
      <div className="zone-head">
        <h2 id="matrix-title">{S.zones.matrix}</h2>
      </div>
      <p className="muted small">{S.matrix.text}</p>
      <div className="scroll matrix-scroll">
        <table className={ids.length > MOST_WIDE ? 'matrix matrix-many' : 'matrix'} ref={table} onKeyDown={move}>
          <thead>
            <tr>
              <td>
                <span className="unseen">{S.matrix.corner}</span>
              </td>
              {ids.map((id) => (
                <th key={id} scope="col" title={modelOf(turn, id)}>
                  {letterOf(turn, id)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {ids.map((row, down) => (
              <tr key={row}>
                <th scope="row" title={modelOf(turn, row)}>
                  {letterOf(turn, row)}
                </th>
                {ids.map((column, right) => {
                  if (row === column) return <td key={column} className="diagonal" />;
                  const probability = cellProbability(ranking, row, column);
                  const shown = probability === undefined ? undefined : formatProbability(probability);
                  const label = S.matrix.cell(letterOf(turn, row), letterOf(turn, column), shown);
                  return (
                    <td key={column}>
                      <button
                        type="button"
                        className={probability === undefined ? 'cell cell-open' : 'cell'}
                        style={{ '--part': probability ?? 0 } as CSSProperties}
                        aria-label={label}
                        title={label}
                        data-row={down}
                        data-column={right}
                        // One stop for the tab key; arrows go on from there.
                        tabIndex={down === 0 && right === 1 ? 0 : -1}
                        onClick={() => onPair([row, column])}
                      >
                        {shown ?? '·'}
                      </button>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
