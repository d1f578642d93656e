import { memo } from 'react';
import type { CallState, SessionAction } from '../api/types.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { formatCost, formatSeconds } from '../state/format.ts';
import { shortModel } from '../state/names.ts';
import { isOpen } from '../state/progress.ts';
import { S } from '../strings.ts';
import { Markdown } from '../text/markdown.tsx';
import { visibleText } from '../text/visible-text.ts';

/** One answer. Drawn anew only when it changes: the reducer keeps the calls that a part says nothing of. */
export const CandidateCard = memo(function CandidateCard({
  call,
  letter,
  place,
  isHidden,
  isFocused,
  onFocus,
  onSettings,
  act,
  continueFrom,
}: {
  readonly call: CallState;
  readonly letter: string;
  /** In the ranking, 1 = best. */
  readonly place: number | undefined;
  readonly isHidden: boolean;
  readonly isFocused: boolean;
  readonly onFocus: (id: string | undefined) => void;
  /** Given the id of the member. */
  readonly onSettings: ((member: string) => void) | undefined;
  readonly act: ((action: SessionAction) => void) | undefined;
  readonly continueFrom: ((id: string) => void) | undefined;
}) {
  const { id, candidate } = call;
  const isRunning = isOpen(call);
  const text = candidate?.text ?? call.text;
  const reasoning = candidate?.reasoning ?? call.reasoning;
  const name = S.candidates.card(letter);
  return (
    <article className={place === 1 ? 'card card-best' : 'card'} aria-label={name} aria-busy={isRunning}>
      <header className="card-head">
        <p className="card-name">
          <span className="letter">{letter}</span>
          <span className="model" title={isHidden ? undefined : call.model}>
            {isHidden ? S.candidates.hidden : shortModel(call.model)}
          </span>
          {place !== undefined && <span className="place">{S.candidates.placed(place)}</span>}
        </p>
        <p className="card-facts">
          {candidate === undefined ? (
            <span>
              {call.startedAt === undefined
                ? S.candidates.waiting
                : text === '' && reasoning !== ''
                  ? S.candidates.thinking
                  : S.candidates.writing}
            </span>
          ) : (
            <>
              <span title={S.candidates.timeTitle}>{formatSeconds(candidate.timings.totalMs)}</span>
              <span title={S.candidates.tokensTitle}>{S.candidates.tokens(candidate.usage.outputTokens)}</span>
              <span title={S.candidates.costTitle}>{formatCost(candidate.usage.cost)}</span>
              {candidate.finishReason === 'length' && <span>{S.candidates.cut}</span>}
            </>
          )}
        </p>
      </header>
      <div className="card-text" tabIndex={0} role="region" aria-label={`${name}: ${S.zones.answer}`}>
        {reasoning !== '' && (
          <details className="thoughts">
            <summary>{S.answer.thinking}</summary>
            <p className="plain">{visibleText(reasoning.slice(-4000))}</p>
          </details>
        )}
        <Markdown text={text} isWriting={isRunning} />
      </div>
      <footer className="button-row card-actions">
        {isRunning && act !== undefined && (
          <button type="button" className="quiet" onClick={() => act({ type: 'stop', id })}>
            {S.candidates.stop}
          </button>
        )}
        {!isRunning && act !== undefined && (
          <button type="button" className="quiet" onClick={() => act({ type: 'retry', id })}>
            {S.candidates.retry}
          </button>
        )}
        {act !== undefined && (
          <button type="button" className="quiet" onClick={() => act({ type: 'remove', id })}>
            {S.candidates.remove}
          </button>
        )}
        {text !== '' && <CopyButton text={text} what={name} />}
        {candidate !== undefined && continueFrom !== undefined && (
          <button type="button" className="quiet" title={S.candidates.continueTitle} onClick={() => continueFrom(id)}>
            {S.candidates.continueFrom}
          </button>
        )}
        {onSettings !== undefined && !isHidden && (
          <button type="button" className="quiet" onClick={() => onSettings(call.member)}>
            {S.candidates.settings}
          </button>
        )}
        <button type="button" className="quiet" onClick={() => onFocus(isFocused ? undefined : id)}>
          {isFocused ? S.candidates.unfocus : S.candidates.focus}
        </button>
      </footer>
    </article>
  );
});
