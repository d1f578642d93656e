import type { EvaluationResults } from '../../../src/evaluate/results/results-schema.ts';
import { formatValue } from '../../../src/evaluate/tables/format-cell.ts';
import { counted } from '../../../src/evaluate/tables/summary-text.ts';
import { visibleText } from '../text/visible-text.ts';

const KINDS = { ranker: 'ranker', judge: 'judge', blend: 'blend', 'blend-judge': 'judge of blends' } as const;

/** What each ranker, judge and blend has done, what it cost, and where it failed. */
export function WhatItTook({ results: { systems } }: { readonly results: EvaluationResults }) {
  if (systems.length === 0) return null;
  return (
    <section aria-labelledby="took-title">
      <h2 id="took-title">What it took</h2>
      <p className="caption">
        Over all examples. One that failed is in no figure of that row; evaluate with --retry-failed asks for it once
        more.
      </p>
      <div className="scroll" role="region" aria-label="Table: What it took" tabIndex={0}>
        <table className="figures">
          <thead>
            <tr>
              <th scope="col">Method</th>
              {['Done', 'Failed', 'Ranker passes', 'Model calls', 'Cost'].map((head) => (
                <th key={head} scope="col" className="number">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {systems.map(({ kind, name, done, failed, spent: { rankerPasses, modelCalls, cost } }) => (
              <tr key={`${kind} ${name}`}>
                <th scope="row">
                  {name} <span className="soft">{KINDS[kind]}</span>
                </th>
                {[done, failed, rankerPasses, modelCalls].map((value, index) => (
                  <td key={index} className="number">
                    {value.toLocaleString('en-US')}
                  </td>
                ))}
                <td className="number">{cost === null ? 'not known' : formatValue(cost, { form: 'dollars' })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {systems.map(
        ({ kind, name, failed, failures }) =>
          failures.length > 0 && (
            <details key={`${kind} ${name}`} className="small">
              <summary>
                {counted(failed, 'example')} on which {name} failed
              </summary>
              <ul className="lines">
                {failures.map(({ id, message }) => (
                  <li key={id}>
                    {visibleText(id)}: {visibleText(message)}
                  </li>
                ))}
              </ul>
              {failed > failures.length && <p>Examples below are filtered by “{name} failed”.</p>}
            </details>
          ),
      )}
    </section>
  );
}
