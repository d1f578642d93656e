import { type RefObject, useEffect, useState } from 'react';
import { S } from '../strings.ts';

/** A card of the row that is swiped. */
interface Dot {
  readonly id: string;
  readonly letter: string;
  /** In the ranking, 1 = best. */
  readonly place: number | undefined;
}

/** Under cards that are swiped: one dot for each, with its place once there is one, else its letter. */
export function CardDots({
  list,
  dots,
}: {
  readonly list: RefObject<HTMLElement | null>;
  readonly dots: readonly Dot[];
}) {
  const [current, setCurrent] = useState(0);
  useEffect(() => {
    const row = list.current;
    if (row === null) return;
    const show = () => setCurrent(cardAt(row));
    row.addEventListener('scroll', show, { passive: true });
    return () => row.removeEventListener('scroll', show);
  }, [list]);
  return (
    <nav className="dots" aria-label={S.candidates.dots}>
      {dots.map(({ id, letter, place }, index) => (
        <button
          key={id}
          type="button"
          className="dot"
          aria-label={S.candidates.dot(letter, place)}
          aria-current={index === current}
          onClick={() => list.current?.children[index]?.scrollIntoView({ inline: 'start', block: 'nearest' })}
        >
          {place ?? letter}
        </button>
      ))}
    </nav>
  );
}

/** The card whose beginning is nearest to that of the row; at the end of the row the last. */
function cardAt(row: HTMLElement): number {
  const cards = [...row.children];
  if (row.scrollLeft + row.clientWidth >= row.scrollWidth - 1) return cards.length - 1;
  const begin = row.getBoundingClientRect().left;
  const distances = cards.map((card) => Math.abs(card.getBoundingClientRect().left - begin));
  return distances.indexOf(Math.min(...distances));
}
