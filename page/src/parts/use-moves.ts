import { type RefObject, useLayoutEffect, useRef } from 'react';

const MOVE_MS = 260;

/** Moves the children of an element from where they were to where they are, by their `data-key`. */
export function useMoves(list: RefObject<HTMLElement | null>, order: string): void {
  const places = useRef(new Map<string, number>());
  useLayoutEffect(() => {
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const next = new Map<string, number>();
    for (const child of list.current?.children ?? []) {
      if (!(child instanceof HTMLElement)) continue;
      const key = child.dataset['key'] ?? '';
      next.set(key, child.offsetTop);
      const before = places.current.get(key);
      if (isCalm || before === undefined || before === child.offsetTop) continue;
      const from = `translateY(${before - child.offsetTop}px)`;
      child.animate([{ transform: from }, { transform: 'none' }], { duration: MOVE_MS, easing: 'ease-out' });
    }
    places.current = next;
  }, [list, order]);
}
