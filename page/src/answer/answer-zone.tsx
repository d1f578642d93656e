import { Tabs } from '@base-ui/react/tabs';
import { useState } from 'react';
import type { FusionState, TurnState } from '../api/types.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { formatProbability } from '../state/format.ts';
import { answerIdOf, letterOf, shortModel } from '../state/names.ts';
import type { TurnView } from '../state/page-context.ts';
import { phaseOf } from '../state/progress.ts';
import { S } from '../strings.ts';
import { Markdown } from '../text/markdown.tsx';
import { FuseAgain } from './fuse-again.tsx';
import { FusionView } from './fusion-view.tsx';
import { Insights } from './insights.tsx';
import { PhaseLine } from './phase-line.tsx';
import { Why } from './why.tsx';

/** Longer answers than this do not fit into the height that the zone keeps. */
const LONG_CHARACTERS = 600;

/** The answer, how it was decided, and every fusion. */
export function AnswerZone({
  view,
  onPair,
}: {
  readonly view: TurnView;
  readonly onPair: (pair: readonly [string, string]) => void;
}) {
  const { turn, act, continueFrom, isHidden } = view;
  // An id, or the place of a fusion that is about to begin.
  const [chosen, choose] = useState<string | number>('answer');
  const [isFusing, setFusing] = useState(false);
  const [isWhole, showWhole] = useState(false);
  if (isHidden) return null;
  const { result, fusions } = turn;
  const running = phaseOf(turn);
  const text = result?.text ?? '';
  const answerId = answerIdOf(turn);
  const tab = (typeof chosen === 'number' ? fusions[chosen]?.id : chosen) ?? 'answer';
  return (
    <section className={isWhole ? 'zone answer-zone answer-whole' : 'zone answer-zone'} aria-labelledby="answer-title">
      <div className="zone-head">
        <h2 id="answer-title">{S.zones.answer}</h2>
        <p className="zone-note">{result === undefined ? null : <Decision turn={turn} onPair={onPair} />}</p>
        <p className="button-row">
          {act !== undefined && turn.calls.some(({ candidate }) => candidate !== undefined) && (
            <button type="button" className="quiet" onClick={() => setFusing(true)}>
              {S.answer.fuseAgain}
            </button>
          )}
          {(text.length > LONG_CHARACTERS || fusions.length > 0) && (
            <button
              type="button"
              className="quiet whole-button"
              aria-pressed={isWhole}
              onClick={() => showWhole(!isWhole)}
            >
              {isWhole ? S.answer.part : S.answer.whole}
            </button>
          )}
          {text !== '' && <CopyButton text={text} what={S.zones.answer} />}
          {continueFrom !== undefined && answerId !== undefined && (
            <button
              type="button"
              className="quiet"
              title={S.candidates.continueTitle}
              onClick={() => continueFrom(answerId)}
            >
              {S.candidates.continueFrom}
            </button>
          )}
        </p>
      </div>
      <PhaseLine turn={turn} phase={running} />
      <Tabs.Root value={tab} onValueChange={(value: unknown) => choose(String(value))} className="tabs">
        <div className="fusion-tabs-place">
          {fusions.length > 0 && (
            <Tabs.List className="tab-list fusion-tabs" aria-label={S.zones.answer}>
              <Tabs.Tab value="answer" className="tab">
                {S.answer.decided}
              </Tabs.Tab>
              {fusions.map((fusion, index) => (
                <Tabs.Tab key={fusion.id} value={fusion.id} className="tab">
                  {S.answer.fusion(index + 1)}
                  <span className="muted"> {markOf(fusion)}</span>
                </Tabs.Tab>
              ))}
              {fusions.length > 1 && (
                <Tabs.Tab value="all" className="tab">
                  {S.answer.sideBySide}
                </Tabs.Tab>
              )}
            </Tabs.List>
          )}
        </div>
        <Tabs.Panel value="answer" className="answer-text" tabIndex={0}>
          {turn.error !== undefined && running.name === 'idle' ? (
            // Its other lines are the reasons of each model, which stand with the models.
            <p className="bad">{S.phase.failed((turn.error.split('\n', 1)[0] ?? '').replace(/:$/, '.'))}</p>
          ) : result === undefined ? (
            <Draft turn={turn} />
          ) : (
            <Markdown text={text} />
          )}
        </Tabs.Panel>
        {fusions.map((fusion) => (
          <Tabs.Panel key={fusion.id} value={fusion.id} className="answer-text" tabIndex={0}>
            <FusionView view={view} fusion={fusion} onPair={onPair} />
          </Tabs.Panel>
        ))}
        {fusions.length > 1 && (
          <Tabs.Panel value="all" className="answer-text beside" tabIndex={0}>
            {fusions.map((fusion, index) => (
              <article key={fusion.id}>
                <h3 className="label">
                  {S.answer.fusion(index + 1)}, {shortModel(fusion.fuser)} {markOf(fusion)}
                </h3>
                <Markdown text={fusion.fused?.text ?? fusion.text} isWriting={fusion.phase === 'writing'} />
              </article>
            ))}
          </Tabs.Panel>
        )}
      </Tabs.Root>
      <Why turn={turn} />
      {fusions.length > 0 && <Insights view={view} onFuse={() => choose(fusions.length)} />}
      {isFusing && act !== undefined && (
        <FuseAgain
          onClose={() => setFusing(false)}
          onFuse={(settings) => {
            setFusing(false);
            choose(fusions.length);
            act({ type: 'fuse', settings });
          }}
        />
      )}
    </section>
  );
}

/** What is there before it is decided: the fusion as it is written. */
function Draft({ turn }: { readonly turn: TurnState }) {
  const fusion = turn.fusions.at(-1);
  if (fusion === undefined || fusion.text === '') return <p className="muted">{S.answer.waiting}</p>;
  return (
    <div className="unsettled">
      <Markdown text={fusion.text} isWriting />
    </div>
  );
}

/** Which answer it is, in a few words. */
function Decision({
  turn,
  onPair,
}: {
  readonly turn: TurnState;
  readonly onPair: (pair: readonly [string, string]) => void;
}) {
  const { result, fusions } = turn;
  const best = result?.candidates[0];
  if (result === undefined || best === undefined) return null;
  const name = letterOf(turn, best.id);
  const probability = result.fused?.probability;
  const fusion = fusions.find(({ fused }) => fused !== undefined && fused.text === result.fused?.text);
  const check =
    probability === undefined || fusion === undefined ? null : (
      <button
        type="button"
        className="number-button"
        title={S.answer.probabilityTitle}
        onClick={() => onPair([fusion.id, best.id])}
      >
        {result.decision === 'fused'
          ? S.answer.beats(name, formatProbability(probability))
          : S.answer.loses(name, formatProbability(1 - probability))}
      </button>
    );
  if (result.decision === 'fused') {
    return (
      <>
        {S.answer.fusedFrom(result.fused?.from.length ?? 0)}, {check ?? S.answer.unchecked}
      </>
    );
  }
  if (result.candidates.length === 1) return <>{S.answer.only}</>;
  if (best.rank === undefined) return <>{S.answer.unranked}</>;
  return (
    <>
      {S.answer.best(name)}
      {check !== null && <>; {check}</>}
    </>
  );
}

/** How a fusion went, in one sign and word. */
function markOf({ phase, failure, decision, fused }: FusionState): string {
  if (phase !== 'ended') return '…';
  if (fused === undefined) return failure === undefined ? '' : '×';
  return decision === undefined ? '' : decision.decision === 'fused' ? '✓' : '–';
}
