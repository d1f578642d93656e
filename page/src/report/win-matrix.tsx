import type { EvaluationResults } from '../../../src/evaluate/results/results-schema.ts';
import { type HeatCell, HeatTable } from './heat-table.tsx';

/** Who wins against whom. */
export function WinMatrix({ results: { winMatrix } }: { readonly results: EvaluationResults }) {
  if (winMatrix === undefined || winMatrix.names.length < 2) return null;
  const { names, rates, verdicts } = winMatrix;
  const cellOf = (row: number, column: number): HeatCell | undefined => {
    const share = rates[row]?.[column] ?? null;
    if (row === column || share === null) return undefined;
    const title = `${names[row]} against ${names[column]}: ${verdicts[row]?.[column] ?? 0} verdicts`;
    return { share, title, strength: Math.abs(share - 0.5) * 1.2, isLow: share <= 0.5 };
  };
  const counts = verdicts.flatMap((row) => row.filter((count) => count > 0));
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  const range = fewest === most ? `${most}` : `${fewest} to ${most}`;
  return (
    <HeatTable
      id="matrix-title"
      title="Wins against each other"
      caption={`Percent of the verdicts that the row wins against the column; ties count half. Each cell is of ${range} verdicts.`}
      corner="Wins of"
      columns={names}
      rows={names.map((name, row) => ({ name, cells: names.map((_name, column) => cellOf(row, column)) }))}
    />
  );
}
