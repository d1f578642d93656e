import { ColumnMeanings } from './column-meanings.tsx';
import type { EvaluationResults } from '../../../src/evaluate/results/results-schema.ts';

type Habits = NonNullable<EvaluationResults['habits']>[number]['habits'];
type Habit = 'longerWins' | 'firstWins' | 'flipRate' | 'inconsistentRate' | 'tieRate' | 'bothBadRate';

const COLUMNS: readonly (readonly [Habit, string, string])[] = [
  ['longerWins', 'Prefers the longer', 'Of pairs of unequal length, how often the longer answer wins.'],
  ['firstWins', 'Prefers the first', 'How often the answer shown first wins. 50 % is no preference.'],
  ['flipRate', 'Flips', 'How often the other order gives the opposite winner.'],
  ['inconsistentRate', 'Changes', 'How often the other order gives anything else.'],
  ['tieRate', 'Ties', 'How often neither wins.'],
  ['bothBadRate', 'Both bad', 'How often both are called bad.'],
];

const OWN = 'Wins of its own answers, as it judges them.';

/** How rankers and judges decide, whatever the answers say. */
export function HabitsTable({ results: { habits } }: { readonly results: EvaluationResults }) {
  if (habits === undefined || habits.length === 0) return null;
  const hasOwn = habits.some(({ habits: one }) => one.selfPreference?.byJudge !== undefined);
  const columns = COLUMNS.filter(([key]) => habits.some(({ habits: one }) => one[key].rate !== undefined));
  return (
    <section aria-labelledby="habits-title">
      <h2 id="habits-title">Length and position</h2>
      <p className="caption">
        Percent, with intervals: how often the longer answer is preferred, or the one shown first, and how often a
        verdict changes with the order.
      </p>
      <div className="scroll" role="region" aria-label="Table: Length and position" tabIndex={0}>
        <table className="figures">
          <thead>
            <tr>
              <th scope="col">By</th>
              <th scope="col" className="number">
                Verdicts
              </th>
              {columns.map(([key, label, about]) => (
                <th scope="col" className="number" key={key} title={about}>
                  {label} %
                </th>
              ))}
              {hasOwn && (
                <th scope="col" className="number" title={OWN}>
                  Own answers win %
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {habits.map(({ name, habits: one }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="number">{one.verdicts.toLocaleString('en-US')}</td>
                {columns.map(([key]) => (
                  <Rate key={key} rate={one[key].rate} />
                ))}
                {hasOwn && <Rate rate={one.selfPreference?.byJudge?.winRate} />}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ColumnMeanings
        columns={[
          ...columns.map(([, label, about]) => ({ label, about, better: 'neither' as const })),
          ...(hasOwn ? [{ label: 'Own answers win', about: OWN, better: 'neither' as const }] : []),
        ]}
      />
    </section>
  );
}

function Rate({ rate }: { readonly rate: Habits['tieRate']['rate'] }) {
  if (rate === undefined) return <td className="number soft">–</td>;
  const percent = (share: number) => (share * 100).toFixed(1);
  return (
    <td className="number">
      {percent(rate.value)}
      {rate.low !== undefined && rate.high !== undefined && (
        <span className="interval">
          {percent(rate.low)} to {percent(rate.high)}
        </span>
      )}
    </td>
  );
}
