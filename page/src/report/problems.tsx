import type { EvaluationResults } from '../../../src/evaluate/results/results-schema.ts';
import { counted } from '../../../src/evaluate/tables/summary-text.ts';
import { visibleText } from '../text/visible-text.ts';

/** Why rows of the data are in no figure. */
export function Problems({ results: { data } }: { readonly results: EvaluationResults }) {
  const { problems, skipped } = data;
  if (problems.length === 0) return null;
  return (
    <details className="small">
      <summary>Why {counted(skipped, 'row')} could not be used</summary>
      <ul className="lines">
        {problems.map(({ place, reason }) => (
          <li key={place}>
            {visibleText(place)}: {visibleText(reason)}
          </li>
        ))}
      </ul>
      {skipped > problems.length && <p>All of them are in problems.jsonl.</p>}
    </details>
  );
}
