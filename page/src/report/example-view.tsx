import { useState } from 'react';
import { questionText, type ReportExample } from '../../../src/evaluate/report/report-data.ts';
import type { RankerAnswer } from '../../../src/evaluate/run/answers.ts';
import { ChangeList } from '../answer/change-list.tsx';
import { changesBetween } from '../answer/changes-between.ts';
import { visibleText } from '../text/visible-text.ts';
import { ModelText } from './model-text.tsx';

type Blend = Extract<ReportExample['blends'][string], { readonly texts: readonly object[] }>;

/** One example: the question, all answers side by side, what was decided and what fusing made of them. */
export function ExampleView({ example }: { readonly example: ReportExample }) {
  const { question, candidates, references, goldRanks, verdicts } = example;
  const rankers = Object.entries({ ...example.judges, ...example.rankers });
  return (
    <div className="example">
      <h3>Question</h3>
      <ModelText text={questionText(question)} />
      {references.map((reference, index) => (
        <div key={index}>
          <h3>Reference</h3>
          <ModelText text={reference} />
        </div>
      ))}
      {candidates.length > 0 && (
        <>
          <h3>Answers</h3>
          <div className="answers">
            {candidates.map(({ text, model, preference, characters, metrics }, place) => (
              <article key={place}>
                <h4>
                  {place + 1}. {model ?? 'answer'}
                </h4>
                <dl>
                  {goldRanks?.[place] != null && <Fact name="reference rank" value={String(goldRanks[place])} />}
                  {preference !== undefined && <Fact name="preference" value={preference.toFixed(3)} />}
                  {rankers.map(([name, answer]) =>
                    'ranks' in answer ? (
                      <Fact
                        key={name}
                        name={name}
                        value={`rank ${answer.ranks[place] ?? '–'}, score ${answer.scores[place]?.toFixed(2) ?? '–'}`}
                      />
                    ) : (
                      <Fact key={name} name={name} value="failed" />
                    ),
                  )}
                  <Fact name="characters" value={String(characters)} />
                  {Object.entries(metrics).map(([name, value]) => (
                    <Fact key={name} name={name} value={value.toFixed(2)} />
                  ))}
                </dl>
                <ModelText text={text} />
              </article>
            ))}
          </div>
        </>
      )}
      {verdicts.length > 0 && (
        <details>
          <summary>{verdicts.length} verdicts of the data</summary>
          <ul className="small">
            {verdicts.map(({ left, right, outcome }, index) => (
              <li key={index}>
                {left + 1} and {right + 1}: {outcomeText(outcome, left, right)}
              </li>
            ))}
          </ul>
        </details>
      )}
      {rankers.map(([name, answer]) =>
        'comparisons' in answer ? (
          <ComparisonList key={name} name={name} answer={answer} />
        ) : (
          <p key={name} role="note">
            {name} failed: {visibleText(answer.error)}
          </p>
        ),
      )}
      {Object.entries(example.blends).map(([name, blend]) =>
        'texts' in blend ? (
          <BlendView key={name} name={name} blend={blend} />
        ) : (
          <p key={name} role="note">
            {name} failed: {visibleText(blend.error)}
          </p>
        ),
      )}
    </div>
  );
}

function outcomeText(outcome: string, left: number, right: number): string {
  if (outcome === 'left') return `${left + 1} is better`;
  return outcome === 'right' ? `${right + 1} is better` : outcome === 'tie' ? 'tie' : 'both bad';
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function ComparisonList({ name, answer: { comparisons } }: { readonly name: string; readonly answer: RankerAnswer }) {
  if (comparisons.length === 0) return null;
  const hasVerdicts = comparisons.some(({ rule, verdicts }) => rule !== undefined || verdicts !== undefined);
  const number = (value: number | null) => (value === null ? '–' : value.toFixed(2));
  return (
    <details>
      <summary>
        {comparisons.length} comparisons by {name}
      </summary>
      <div className="scroll" role="region" aria-label={`Comparisons by ${name}`} tabIndex={0}>
        <table className="figures">
          <thead>
            <tr>
              <th scope="col">Pair</th>
              <th scope="col" className="number">
                Probability that left is better
              </th>
              <th scope="col" className="number">
                Log-odds, left first
              </th>
              <th scope="col" className="number">
                Log-odds, right first
              </th>
              {hasVerdicts && <th scope="col">Verdicts</th>}
            </tr>
          </thead>
          <tbody>
            {comparisons.map(({ left, right, logit, forward, reverse, verdicts, rule }) => (
              <tr key={`${left} ${right}`}>
                <th scope="row">
                  {left + 1} (left) and {right + 1}
                </th>
                <td className="number">{logit === null ? '–' : (1 / (1 + Math.exp(-logit))).toFixed(2)}</td>
                <td className="number">{number(forward)}</td>
                <td className="number">{number(reverse)}</td>
                {hasVerdicts && <td>{rule ?? verdicts?.map((one) => one ?? '–').join(', ') ?? ''}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="soft small">Log-odds are for the answer that was shown first: above 0 it is the better one.</p>
    </details>
  );
}

function BlendView({
  name,
  blend: { candidates, variants, texts, failures },
}: {
  readonly name: string;
  readonly blend: Blend;
}) {
  const ranked = candidates.toSorted((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity));
  const best = texts[ranked[0]?.text ?? -1]?.text ?? '';
  return (
    <section aria-label={`Blend ${name}`}>
      <h3>{name}</h3>
      <div className="answers">
        {ranked.map(({ id, model, rank, score, text }) => (
          <article key={id}>
            <h4>
              {rank ?? '–'}. {model}
            </h4>
            <dl>
              {score !== null && <Fact name="score" value={score.toFixed(2)} />}
              {Object.entries(texts[text]?.metrics ?? {}).map(([metric, value]) => (
                <Fact key={metric} name={metric} value={value.toFixed(2)} />
              ))}
            </dl>
            <ModelText text={texts[text]?.text ?? ''} />
          </article>
        ))}
      </div>
      {failures.map(({ model, message }, index) => (
        <p key={index} role="note">
          {model} failed: {visibleText(message)}
        </p>
      ))}
      {variants.map(({ topK, fused, decision, decisionReason, probability }) => (
        <article key={topK}>
          <h4>
            Fused from {topK}
            {fused === null ? ': nothing' : `, ${decision === 'fused' ? 'kept' : 'not kept'}`}
            {probability !== null && `, P ${probability.toFixed(2)}`}
          </h4>
          <p className="soft small">{decisionReason}</p>
          {fused !== null && <Fused before={best} after={texts[fused]?.text ?? ''} />}
        </article>
      ))}
    </section>
  );
}

/** The fused text, and what it changes of the best candidate. */
function Fused({ before, after }: { readonly before: string; readonly after: string }) {
  const [isDiff, setDiff] = useState(true);
  const changes = isDiff ? changesBetween(visibleText(before), visibleText(after)) : undefined;
  return (
    <>
      <button type="button" aria-pressed={isDiff} onClick={() => setDiff(!isDiff)}>
        Changes to the best answer
      </button>
      {changes === undefined ? (
        <ModelText text={after} />
      ) : (
        <div className="model-text" dir="auto">
          <ChangeList changes={changes} />
        </div>
      )}
    </>
  );
}
