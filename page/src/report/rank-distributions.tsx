import type { EvaluationResults } from '../../../src/evaluate/results/results-schema.ts';
import { HeatTable } from './heat-table.tsx';

/** How often the choice of each row has each rank. */
export function RankDistributions({ results: { rankDistributions } }: { readonly results: EvaluationResults }) {
  if (rankDistributions === undefined) return null;
  const ranks = Math.max(0, ...rankDistributions.map(({ counts }) => counts.length));
  if (ranks < 2) return null;
  return (
    <HeatTable
      id="ranks-title"
      title="Ranks of what was chosen"
      caption="Percent of the examples in which the choice has each rank; 1 is best, and ties share it."
      corner="Choice"
      columns={Array.from({ length: ranks }, (_, rank) => String(rank + 1))}
      rows={rankDistributions.map(({ name, group, counts }) => {
        const sum = counts.reduce((left, right) => left + right, 0);
        const cells = Array.from({ length: ranks }, (_, rank) => {
          const count = counts[rank] ?? 0;
          const share = sum === 0 ? 0 : count / sum;
          return { share, title: `${name}: rank ${rank + 1} in ${count} of ${sum} examples`, strength: share * 1.4 };
        });
        return { name, group: group === name ? undefined : group, cells };
      })}
      isUpright
    />
  );
}
