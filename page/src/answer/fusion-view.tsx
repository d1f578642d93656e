import { useState } from 'react';
import type { FusionState } from '../api/types.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { formatProbability } from '../state/format.ts';
import { letterOf, shortModel, textOf } from '../state/names.ts';
import type { TurnView } from '../state/page-context.ts';
import { S } from '../strings.ts';
import { Markdown } from '../text/markdown.tsx';
import { Changes } from './changes.tsx';

type View = keyof typeof S.answer.views;

/** One fusion: alone, beside the best candidate, or as what it changes of that. */
export function FusionView({
  view: { turn, act, continueFrom },
  fusion,
  onPair,
}: {
  readonly view: TurnView;
  readonly fusion: FusionState;
  readonly onPair: (pair: readonly [string, string]) => void;
}) {
  const [shown, show] = useState<View>('beside');
  const isRunning = fusion.phase !== 'ended';
  const text = fusion.fused?.text ?? fusion.text;
  // What it was compared with, else the best of what it was made from.
  const bestId = fusion.comparison?.right ?? fusion.from[0];
  const best = bestId === undefined ? '' : textOf(turn, bestId);
  const name = bestId === undefined ? '' : letterOf(turn, bestId);
  return (
    <article aria-label={fusion.id}>
      <div className="fusion-head">
        <p className="muted">
          {shortModel(fusion.fuser)}, {S.answer.fusedFrom(fusion.from.length).toLowerCase()} (
          {fusion.from.map((id) => letterOf(turn, id)).join(', ')})
          {fusion.probability !== undefined && bestId !== undefined && (
            <>
              {'; '}
              <button
                type="button"
                className="number-button"
                title={S.answer.probabilityTitle}
                onClick={() => onPair([fusion.id, bestId])}
              >
                {fusion.probability >= 0.5
                  ? S.answer.beats(name, formatProbability(fusion.probability))
                  : S.answer.loses(name, formatProbability(1 - fusion.probability))}
              </button>
            </>
          )}
        </p>
        <div className="button-row">
          <fieldset className="switch">
            <legend className="unseen">{S.answer.viewsLabel}</legend>
            {(Object.keys(S.answer.views) as View[]).map((one) => (
              <label key={one}>
                <input type="radio" name={`view-${fusion.id}`} checked={shown === one} onChange={() => show(one)} />
                <span>{S.answer.views[one]}</span>
              </label>
            ))}
          </fieldset>
          {isRunning && act !== undefined && (
            <button type="button" className="quiet" onClick={() => act({ type: 'stop', id: fusion.id })}>
              {S.candidates.stop}
            </button>
          )}
          {text !== '' && <CopyButton text={text} what={fusion.id} />}
          {fusion.fused !== undefined && continueFrom !== undefined && (
            <button type="button" className="quiet" onClick={() => continueFrom(fusion.id)}>
              {S.candidates.continueFrom}
            </button>
          )}
        </div>
      </div>
      {fusion.failure !== undefined && <p className="bad">{S.answer.failed(fusion.failure.message)}</p>}
      {shown === 'diff' && !isRunning && <Changes before={best} after={text} name={name} />}
      {shown === 'beside' && (
        <div className="beside">
          <div>
            <h3 className="label">{S.answer.fusion(turn.fusions.indexOf(fusion) + 1)}</h3>
            <Markdown text={text} isWriting={isRunning} />
          </div>
          <div>
            <h3 className="label">{S.answer.best(name)}</h3>
            <Markdown text={best} />
          </div>
        </div>
      )}
      {(shown === 'read' || (shown === 'diff' && isRunning)) && <Markdown text={text} isWriting={isRunning} />}
    </article>
  );
}
