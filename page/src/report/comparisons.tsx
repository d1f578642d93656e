import { useState } from 'react';
import type { EvaluationResults } from '../../../src/evaluate/results/results-schema.ts';
import { formatCell } from '../../../src/evaluate/tables/format-cell.ts';

/** Rows that are shown at first. */
const FEW = 20;

/** Differences of two rows, prompt by prompt. */
export function Comparisons({ results: { comparisons, tables } }: { readonly results: EvaluationResults }) {
  const [isWhole, setWhole] = useState(false);
  if (comparisons.length === 0) return null;
  const shown = isWhole ? comparisons : comparisons.slice(0, FEW);
  return (
    <section aria-labelledby="comparisons-title">
      <h2 id="comparisons-title">Paired comparisons</h2>
      <p className="caption">
        Two-sided permutation tests over prompts; p-values are adjusted by Holm for each figure.
      </p>
      <div className="scroll" role="region" aria-label="Table: Paired comparisons" tabIndex={0}>
        <table className="figures">
          <thead>
            <tr>
              <th scope="col">Figure</th>
              <th scope="col">Left</th>
              <th scope="col">Right</th>
              <th scope="col" className="number">
                Left − right
              </th>
              <th scope="col" className="number">
                p
              </th>
              <th scope="col" className="number">
                Prompts higher / lower
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ table, column, left, right, difference, adjustedPValue, leftHigher, rightHigher }) => {
              const form = tables.find(({ id }) => id === table)?.columns.find(({ key }) => key === column);
              return (
                <tr key={`${table} ${column} ${left} ${right}`}>
                  <th scope="row">{form?.label ?? column}</th>
                  <td>{left}</td>
                  <td>{right}</td>
                  <td className="number">
                    {form === undefined ? difference.value : formatCell({ ...difference, standing: null }, form)}
                  </td>
                  <td className="number">{adjustedPValue < 0.001 ? '< 0.001' : adjustedPValue.toFixed(3)}</td>
                  <td className="number">
                    {leftHigher} / {rightHigher}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {comparisons.length > FEW && (
        <button type="button" onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Show fewer' : `Show all ${comparisons.length}`}
        </button>
      )}
    </section>
  );
}
