import type { CallState, SessionAction } from '../api/types.ts';
import { shortModel } from '../state/names.ts';
import { S } from '../strings.ts';
import { visibleText } from '../text/visible-text.ts';

/** A call without an answer, with the reason and what can be done. */
export function FailedCall({
  call: { id, model, failure, text },
  letter,
  isHidden,
  act,
}: {
  readonly call: CallState;
  readonly letter: string;
  readonly isHidden: boolean;
  readonly act: ((action: SessionAction) => void) | undefined;
}) {
  return (
    <li className="failed">
      <p>
        <span aria-hidden="true">×</span> <span className="letter">{letter}</span>{' '}
        <span title={model}>{isHidden ? S.candidates.hidden : shortModel(model)}</span>{' '}
        <span className="bad">{failure?.kind === 'late' ? S.candidates.late : S.candidates.failed}</span>
        <span className="muted"> {visibleText(failure?.message ?? '').slice(0, 1000)}</span>
      </p>
      {text !== '' && (
        <details>
          <summary>{S.answer.draftSoFar}</summary>
          <p className="plain">{visibleText(text.slice(0, 4000))}</p>
        </details>
      )}
      {act !== undefined && (
        <p className="button-row">
          <button type="button" className="quiet" onClick={() => act({ type: 'retry', id })}>
            {S.candidates.retry}
          </button>
          <button type="button" className="quiet" onClick={() => act({ type: 'remove', id })}>
            {S.candidates.remove}
          </button>
        </p>
      )}
    </li>
  );
}
