import { useState } from 'react';
import { questionText, type ReportExample } from '../../../src/evaluate/report/report-data.ts';
import type { RankerAnswer } from '../../../src/evaluate/run/answers.ts';
import { counted } from '../../../src/evaluate/tables/summary-text.ts';
import { ChangeList } from '../answer/change-list.tsx';
import { changesBetween } from '../answer/changes-between.ts';
import { visibleText } from '../text/visible-text.ts';
import { ModelText, ScrolledText } from './model-text.tsx';

type Blend = Extract<ReportExample['blends'][string], { readonly texts: readonly object[] }>;

/** One example: the question, all answers side by side, what was decided and what fusing made of them. */
export function ExampleView({
  example,
  metricNames,
}: {
  readonly example: ReportExample;
  readonly metricNames: Readonly<Record<string, string>>;
}) {
  const { question, candidates, references, goldRanks, verdicts } = example;
  const rankers = Object.entries({ ...example.judges, ...example.rankers });
  const names = namesOf(candidates);
  const nameOf = (place: number) => names[place] ?? `answer ${place + 1}`;
  const rankOf = (place: number) => goldRanks?.[place] ?? Infinity;
  // The best first; as in the data where nothing says which is.
  const places = candidates.map((_, place) => place).toSorted((a, b) => rankOf(a) - rankOf(b) || a - b);
  return (
    <div className="example">
      <h3>Question</h3>
      <ModelText text={questionText(question)} name="Question" />
      {references.map((reference, index) => (
        <div key={index}>
          <h3>Reference</h3>
          <ModelText text={reference} name="Reference" />
        </div>
      ))}
      {candidates.length > 0 && (
        <>
          <h3>Answers</h3>
          <div className="answers">
            {places.map((place) => {
              const candidate = candidates[place];
              if (candidate === undefined) return undefined;
              const { text, preference, characters, metrics } = candidate;
              return (
                <article key={place}>
                  <h4>
                    {nameOf(place)}
                    {rankOf(place) === 1 && candidates.length > 1 && <span className="standing"> ★ best</span>}
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
                    <Fact name="characters" value={characters.toLocaleString('en-US')} />
                    <MetricFacts metrics={metrics} names={metricNames} />
                  </dl>
                  <ModelText text={text} name={nameOf(place)} />
                </article>
              );
            })}
          </div>
        </>
      )}
      {verdicts.length > 0 && (
        <details>
          <summary>{counted(verdicts.length, 'verdict')} of the data</summary>
          <ul className="small">
            {verdicts.map(({ left, right, outcome }, index) => (
              <li key={index}>
                {nameOf(left)} and {nameOf(right)}: {outcomeText(outcome, nameOf(left), nameOf(right))}
              </li>
            ))}
          </ul>
        </details>
      )}
      {rankers.map(([name, answer]) =>
        'comparisons' in answer ? (
          <ComparisonList key={name} name={name} answer={answer} nameOf={nameOf} />
        ) : (
          <p key={name} role="note">
            {name} failed: {visibleText(answer.error)}
          </p>
        ),
      )}
      {Object.entries(example.blends).map(([name, blend]) =>
        'texts' in blend ? (
          <BlendView key={name} name={name} blend={blend} shown={candidates} metricNames={metricNames} />
        ) : (
          <p key={name} role="note">
            {name} failed: {visibleText(blend.error)}
          </p>
        ),
      )}
    </div>
  );
}

function outcomeText(outcome: string, left: string, right: string): string {
  if (outcome === 'left') return `${left} is better`;
  return outcome === 'right' ? `${right} is better` : outcome === 'tie' ? 'tie' : 'both bad';
}

/** Answers by their models, numbered where they have none or share one. */
function namesOf(candidates: ReportExample['candidates']): readonly string[] {
  return candidates.map(({ model }, place) => {
    if (model === undefined) return `answer ${place + 1}`;
    return candidates.some((other, index) => index !== place && other.model === model)
      ? `${model} (answer ${place + 1})`
      : model;
  });
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function MetricFacts({
  metrics,
  names,
}: {
  readonly metrics: Readonly<Record<string, number>> | undefined;
  readonly names: Readonly<Record<string, string>>;
}) {
  return Object.entries(metrics ?? {}).map(([key, value]) => (
    <Fact key={key} name={names[key] ?? key} value={value.toFixed(2)} />
  ));
}

function ComparisonList({
  name,
  answer: { comparisons },
  nameOf,
}: {
  readonly name: string;
  readonly answer: RankerAnswer;
  readonly nameOf: (place: number) => string;
}) {
  if (comparisons.length === 0) return null;
  const hasVerdicts = comparisons.some(({ rule, verdicts }) => rule !== undefined || verdicts !== undefined);
  const number = (value: number | null) => (value === null ? '–' : value.toFixed(2));
  return (
    <details>
      <summary>
        {counted(comparisons.length, 'comparison')} by {name}
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
                  {nameOf(left)} (left) and {nameOf(right)}
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
  shown,
  metricNames,
}: {
  readonly name: string;
  readonly blend: Blend;
  /** Answers whose texts are shown already. */
  readonly shown: ReportExample['candidates'];
  readonly metricNames: Readonly<Record<string, string>>;
}) {
  const ranked = candidates.toSorted((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity));
  const best = texts[ranked[0]?.text ?? -1]?.text ?? '';
  const isGiven = candidates.every(({ model, text }) =>
    shown.some((other) => other.model === model && other.text === texts[text]?.text),
  );
  return (
    <section aria-label={`Blend ${name}`}>
      <h3>{name}</h3>
      {isGiven ? (
        // Their texts stand above.
        <p className="small">
          Ranked:{' '}
          {ranked
            .map(
              ({ model, rank, score }) => `${rank ?? '–'}. ${model}${score === null ? '' : ` (${score.toFixed(2)})`}`,
            )
            .join(', ')}
        </p>
      ) : (
        <div className="answers">
          {ranked.map(({ id, model, rank, score, text }) => (
            <article key={id}>
              <h4>
                {rank ?? '–'}. {model}
              </h4>
              <dl>
                {score !== null && <Fact name="score" value={score.toFixed(2)} />}
                <MetricFacts metrics={texts[text]?.metrics} names={metricNames} />
              </dl>
              <ModelText text={texts[text]?.text ?? ''} name={model} />
            </article>
          ))}
        </div>
      )}
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
          {fused !== null && (
            <dl>
              <MetricFacts metrics={texts[fused]?.metrics} names={metricNames} />
            </dl>
          )}
          {fused !== null && (
            <Fused before={best} after={texts[fused]?.text ?? ''} name={`${name}, fused from ${topK}`} />
          )}
        </article>
      ))}
    </section>
  );
}

/** The fused text, and what it changes of the best candidate. */
function Fused({ before, after, name }: { readonly before: string; readonly after: string; readonly name: string }) {
  const [isDiff, setDiff] = useState(true);
  const changes = isDiff ? changesBetween(visibleText(before), visibleText(after)) : undefined;
  return (
    <>
      <button type="button" aria-pressed={isDiff} onClick={() => setDiff(!isDiff)}>
        Changes to the best answer
      </button>
      {changes === undefined ? (
        <ModelText text={after} name={name} />
      ) : (
        <ScrolledText name={`Changes by ${name}`}>
          <ChangeList changes={changes} />
        </ScrolledText>
      )}
    </>
  );
}
