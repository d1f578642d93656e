import type { EvaluationResults } from '../../../src/evaluate/results/results-schema.ts';

/** Who wins against whom. */
export function WinMatrix({ results: { winMatrix } }: { readonly results: EvaluationResults }) {
  if (winMatrix === undefined || winMatrix.names.length < 2) return null;
  const { names, rates, verdicts } = winMatrix;
  return (
    <section aria-labelledby="matrix-title">
      <h2 id="matrix-title">Wins against each other</h2>
      <p className="caption">
        Percent of the verdicts that the row wins against the column; ties count half. Hover for the number of verdicts.
      </p>
      <div className="scroll" role="region" aria-label="Table: Wins against each other" tabIndex={0}>
        <table className="matrix">
          <thead>
            <tr>
              <th scope="col">Wins of</th>
              {names.map((name) => (
                <th scope="col" key={name}>
                  <span>{name}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {names.map((name, row) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {names.map((other, column) => {
                  const rate = rates[row]?.[column] ?? null;
                  if (row === column || rate === null) return <td key={other}>·</td>;
                  const count = verdicts[row]?.[column] ?? 0;
                  return (
                    <td
                      key={other}
                      title={`${name} against ${other}: ${count} verdicts`}
                      className={rate > 0.5 ? 'won' : 'lost'}
                      style={{ '--part': `${Math.round(Math.abs(rate - 0.5) * 120)}%` } as React.CSSProperties}
                    >
                      {(rate * 100).toFixed(0)}
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
