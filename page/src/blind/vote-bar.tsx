import { useState } from 'react';
import { download } from '../parts/download.ts';
import { letterOf } from '../state/names.ts';
import { type TurnView, useController, usePage } from '../state/page-context.ts';
import { answered, isOpen } from '../state/progress.ts';
import { standings } from '../state/standing.ts';
import { votes } from '../state/votes.ts';
import { S } from '../strings.ts';

/** The vote on answers whose models are hidden, and what the ranker chose. */
export function VoteBar({ view: { turn } }: { readonly view: TurnView }) {
  const controller = useController();
  const { vote } = usePage();
  const [count, setCount] = useState(() => votes.all().length);
  const answers = answered(turn);
  const cast = (choice: string) => {
    votes.add({
      question: turn.question,
      answers: answers.map(({ id, model, candidate }) => ({ id, model, text: candidate?.text ?? '' })),
      choice,
    });
    setCount(votes.all().length);
    controller.set({ vote: choice });
  };
  const best = standings(turn).find(({ rank }) => rank === 1)?.id;
  const isReady = answers.length > 1 && !turn.calls.some(isOpen);
  return (
    <section className="vote" aria-label={S.blind.title}>
      {vote === undefined ? (
        <>
          <h2>{S.blind.title}</h2>
          <p className="muted">{S.blind.text}</p>
          <p className="button-row">
            {answers.map(({ id }) => (
              <button key={id} type="button" disabled={!isReady} onClick={() => cast(id)}>
                {S.blind.vote(letterOf(turn, id))}
              </button>
            ))}
            <button type="button" className="quiet" disabled={!isReady} onClick={() => cast('tie')}>
              {S.blind.tie}
            </button>
            <button type="button" className="quiet" disabled={!isReady} onClick={() => cast('bad')}>
              {S.blind.bad}
            </button>
          </p>
        </>
      ) : (
        <p role="status">
          {best === undefined || vote === 'tie' || vote === 'bad'
            ? S.blind.voted
            : vote === best
              ? S.blind.agree(letterOf(turn, best))
              : S.blind.differ(letterOf(turn, vote), letterOf(turn, best))}
        </p>
      )}
      {count > 0 && (
        <button type="button" className="quiet" onClick={() => download('votes.jsonl', votes.export())}>
          {S.blind.export(count)}
        </button>
      )}
    </section>
  );
}
