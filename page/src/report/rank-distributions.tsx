import type { EvaluationResults } from '../../../src/evaluate/results/results-schema.ts';

/** How often the choice of each row has each rank. */
export function RankDistributions({ results: { rankDistributions } }: { readonly results: EvaluationResults }) {
  if (rankDistributions === undefined) return null;
  const ranks = Math.max(0, ...rankDistributions.map(({ counts }) => counts.length));
  if (ranks < 2) return null;
  const columns = Array.from({ length: ranks }, (_, rank) => rank);
  return (
    <section aria-labelledby="ranks-title">
      <h2 id="ranks-title">Ranks of what was chosen</h2>
      <p className="caption">
        Percent of the examples in which the choice has each rank; 1 is best, and ties share it.
      </p>
      <div className="scroll" role="region" aria-label="Table: Ranks of what was chosen" tabIndex={0}>
        <table className="matrix ranks">
          <thead>
            <tr>
              <th scope="col">Choice</th>
              {columns.map((rank) => (
                <th scope="col" key={rank}>
                  <span>{rank + 1}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rankDistributions.map(({ name, group, counts }) => {
              const sum = counts.reduce((left, right) => left + right, 0);
              return (
                <tr key={`${group} ${name}`}>
                  <th scope="row">
                    {name} <span className="soft">{group}</span>
                  </th>
                  {columns.map((rank) => {
                    const share = sum === 0 ? 0 : (counts[rank] ?? 0) / sum;
                    return (
                      <td
                        key={rank}
                        title={`${name}: rank ${rank + 1} in ${counts[rank] ?? 0} of ${sum} examples`}
                        className="won"
                        style={{ '--part': `${Math.round(Math.min(1, share * 2) * 70)}%` } as React.CSSProperties}
                      >
                        {(share * 100).toFixed(0)}
                      </td>
                    );
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
