import { useState } from 'react';
import type { TurnView } from '../state/page-context.ts';
import { useBlend, useController, usePage } from '../state/page-context.ts';
import { letterOf } from '../state/names.ts';
import { answered, isOpen } from '../state/progress.ts';
import { S } from '../strings.ts';
import { Markdown } from '../text/markdown.tsx';
import { visibleText } from '../text/visible-text.ts';
import { Turn } from './turn.tsx';

/** The turns of a session: the present one whole, those before it short. */
export function Conversation({
  onEdit,
  onContinue,
}: {
  readonly onEdit: (question: string) => void;
  readonly onContinue: ((id: string) => void) | undefined;
}) {
  const controller = useController();
  const { turns } = useBlend();
  const page = usePage();
  const [shown, show] = useState<number>();
  const turn = turns.find((one) => one.turn === shown) ?? turns.at(-1);
  if (turn === undefined) return null;
  const isLast = turn === turns.at(-1);
  const canAct = isLast && page.mode === 'live';
  const view: TurnView = {
    turn,
    act: canAct ? (action) => void controller.act(action) : undefined,
    continueFrom: isLast ? onContinue : undefined,
    // With fewer than two answers there is nothing to vote on.
    isHidden:
      page.isBlind && isLast && page.vote === undefined && (turn.calls.some(isOpen) || answered(turn).length > 1),
  };
  const earlier = turns.slice(0, turns.indexOf(turn));
  return (
    <>
      {earlier.length > 0 && (
        <ol className="earlier" aria-label={S.question.earlier}>
          {earlier.map((one, index) => (
            <li key={one.turn}>
              <p className="earlier-question">{visibleText(one.question)}</p>
              <details>
                <summary>{answerName(turns[index + 1]?.from, one.turn)}</summary>
                <Markdown text={continuedText(one, turns[index + 1]?.from)} />
                <button type="button" className="quiet" onClick={() => show(one.turn)}>
                  {S.question.show}
                </button>
              </details>
            </li>
          ))}
        </ol>
      )}
      {!isLast && (
        <button type="button" className="quiet" onClick={() => show(undefined)}>
          {S.question.backToLast}
        </button>
      )}
      <section className="question" aria-label={S.zones.question}>
        <p className="question-text" dir="auto">
          {visibleText(turn.question)}
        </p>
        <p className="question-actions">
          <button type="button" className="quiet" onClick={() => onEdit(turn.question)}>
            {S.question.edit}
          </button>
        </p>
      </section>
      <Turn key={turn.turn} view={view} />
    </>
  );

  function answerName(from: string | undefined, number: number): string {
    const one = turns.find(({ turn: of }) => of === number);
    if (from === undefined || one === undefined) return S.zones.answer;
    return one.calls.some(({ id }) => id === from) ? letterOf(one, from) : S.zones.answer;
  }
}

function continuedText(turn: TurnView['turn'], from: string | undefined): string {
  const call = turn.calls.find(({ id }) => id === from);
  const fusion = turn.fusions.find(({ id }) => id === from);
  return call?.candidate?.text ?? fusion?.fused?.text ?? turn.result?.text ?? '';
}
