import { useMemo } from 'react';
import type { EvaluationResults } from '../../../src/evaluate/results/results-schema.ts';
import { plainCell, type Table } from '../../../src/evaluate/tables/table.ts';
import { FiguresTable } from './figures-table.tsx';

const COLUMNS: Table['columns'] = [
  {
    key: 'rating',
    label: 'Rating',
    about: 'Strength that fits the verdicts (Bradley-Terry), on the scale of Elo: 400 points are odds of 10 to 1.',
    better: 'higher',
    form: 'number',
    digits: 0,
  },
  { key: 'rank', label: 'Rank', about: 'Place by rating.', better: 'lower', form: 'count' },
  { key: 'wins', label: 'Wins', about: 'Verdicts won.', better: 'neither', form: 'count' },
  { key: 'losses', label: 'Losses', about: 'Verdicts lost.', better: 'neither', form: 'count' },
  { key: 'ties', label: 'Ties', about: 'Verdicts in which neither wins.', better: 'neither', form: 'count' },
];

/** Strengths of the models that fit all verdicts. */
export function RatingsTable({ results: { ratings } }: { readonly results: EvaluationResults }) {
  const table = useMemo(() => ratings && tableOf(ratings), [ratings]);
  return table === undefined || table.rows.length < 2 ? null : <FiguresTable table={table} />;
}

function tableOf({ models, groups }: NonNullable<EvaluationResults['ratings']>): Table {
  return {
    id: 'ratings',
    title: 'Ratings',
    caption: `Bradley-Terry ratings of the models; the mean is 1000. The interval of a rank is the places that a model has in 95 % of the resamples.${groups > 1 ? ` Models of different groups were never compared, not even by way of others: there are ${groups} groups.` : ''}`,
    columns: COLUMNS,
    rows: models.map(({ model, rating, rank, bestRank, worstRank, wins, losses, ties }) => ({
      name: model,
      group: 'model',
      n: rating.prompts,
      cells: {
        rating: { ...rating, low: rating.low ?? null, high: rating.high ?? null, standing: null },
        rank: { value: rank, low: bestRank, high: worstRank, prompts: rating.prompts, standing: null },
        wins: plainCell(wins, rating.prompts),
        losses: plainCell(losses, rating.prompts),
        ties: plainCell(ties, rating.prompts),
      },
    })),
  };
}
