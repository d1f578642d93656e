import { useRef, useState } from 'react';
import type { CallState } from '../api/types.ts';
import { useMoves } from '../parts/use-moves.ts';
import { letterOf } from '../state/names.ts';
import { type TurnView, useChoices } from '../state/page-context.ts';
import { isOpen, isRanking } from '../state/progress.ts';
import { standings } from '../state/standing.ts';
import { S } from '../strings.ts';
import { CandidateCard } from './candidate-card.tsx';
import { CardDots } from './card-dots.tsx';
import { FailedCall } from './failed-call.tsx';
import { MemberForm } from './member-form.tsx';

/** Every answer side by side, or one of them alone; below them what failed. */
export function CandidatesZone({ view }: { readonly view: TurnView }) {
  const { turn, act, isHidden } = view;
  const [focused, focus] = useState<string>();
  const [changing, change] = useState<string>();
  const list = useRef<HTMLOListElement>(null);
  const choices = useChoices();
  const places = new Map(isHidden ? [] : standings(turn).map(({ id, rank }) => [id, rank] as const));
  const taking = turn.calls.filter((call) => call.takesPart);
  const shown = taking.filter(({ failure }) => failure === undefined).toSorted(byPlace(places));
  const failed = taking.filter(({ failure }) => failure !== undefined);
  const ready = shown.filter(({ candidate }) => candidate !== undefined);
  useMoves(list, shown.map(({ id }) => id).join());
  const index = shown.findIndex(({ id }) => id === focused);
  const visible = index === -1 ? shown : shown.slice(index, index + 1);
  const isWaiting = taking.some(isOpen);
  const canRank =
    act !== undefined && ready.length > 1 && !isRanking(turn) && (isWaiting || turn.ranking !== undefined);
  const step = (by: number) => focus(shown.at((index + by + shown.length) % shown.length)?.id);
  const member = turn.members.find(({ id }) => id === changing);
  return (
    <section className="zone candidates-zone" aria-labelledby="candidates-title">
      <div className="zone-head">
        <h2 id="candidates-title">{S.zones.candidates}</h2>
        <p className="zone-note">{S.candidates.count(ready.length, taking.length)}</p>
        <p className="button-row">
          {index !== -1 && (
            <>
              <button type="button" className="quiet" aria-label={S.candidates.previous} onClick={() => step(-1)}>
                ←
              </button>
              <button type="button" className="quiet" aria-label={S.candidates.next} onClick={() => step(1)}>
                →
              </button>
              <button type="button" className="quiet" onClick={() => focus(undefined)}>
                {S.candidates.unfocus}
              </button>
            </>
          )}
          {canRank && (
            <button
              type="button"
              className="quiet"
              title={S.candidates.rankReadyTitle}
              onClick={() => act({ type: 'rank' })}
            >
              {isWaiting ? S.candidates.rankReady : S.candidates.rankAgain}
            </button>
          )}
          {act !== undefined && choices !== undefined && (
            <button type="button" className="quiet" onClick={() => change('')}>
              {S.candidates.add}
            </button>
          )}
        </p>
      </div>
      <ol className={index === -1 ? 'cards' : 'cards cards-one'} ref={list}>
        {visible.map((call) => (
          <li key={call.id} data-key={call.id}>
            <CandidateCard
              call={call}
              letter={letterOf(turn, call.id)}
              place={places.get(call.id)}
              isHidden={isHidden}
              isFocused={call.id === focused}
              onFocus={focus}
              onSettings={act === undefined ? undefined : change}
              act={act}
              continueFrom={view.continueFrom}
            />
          </li>
        ))}
      </ol>
      {visible.length > 1 && (
        <CardDots
          list={list}
          dots={visible.map(({ id }) => ({ id, letter: letterOf(turn, id), place: places.get(id) }))}
        />
      )}
      {failed.length > 0 && (
        <ul className="failed-list" aria-label={S.candidates.failedTitle(failed.length)}>
          {failed.map((call) => (
            <FailedCall key={call.id} call={call} letter={letterOf(turn, call.id)} isHidden={isHidden} act={act} />
          ))}
        </ul>
      )}
      {changing !== undefined && act !== undefined && (
        <MemberForm
          member={member}
          onClose={() => change(undefined)}
          onDone={(draft) => {
            change(undefined);
            act(
              member === undefined ? { type: 'add', member: draft } : { type: 'change', id: member.id, change: draft },
            );
          }}
        />
      )}
    </section>
  );
}

/** Ranked ones first and best first; the others in the order in which they were asked. */
function byPlace(places: ReadonlyMap<string, number | undefined>) {
  const place = ({ id }: CallState) => places.get(id) ?? Infinity;
  // Infinity - Infinity is no number.
  return (one: CallState, other: CallState) => (place(one) === place(other) ? 0 : place(one) - place(other));
}
