import { useEffect, useRef, useState } from 'react';
import { addressOf, onAddress, readAddress } from './address.ts';

/** Links to the parts of the report. */
export function Contents() {
  const [parts, setParts] = useState<readonly { readonly id: string; readonly title: string }[]>([]);
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    // The parts know themselves whether they have anything to show.
    const heads = [...(nav.current?.parentElement?.parentElement?.querySelectorAll('h2[id]') ?? [])];
    setParts(heads.map(({ id, textContent }) => ({ id, title: textContent })));
    goToPart();
    return onAddress(goToPart);
  }, []);
  return (
    <nav ref={nav} aria-label="Parts of the report" className="contents">
      {parts.map(({ id, title }) => (
        <a key={id} href={addressOf({ part: id })} onClick={() => goTo(id)}>
          {title}
        </a>
      ))}
    </nav>
  );
}

function goToPart(): void {
  const { part } = readAddress();
  if (part !== undefined) goTo(part);
}

function goTo(id: string): void {
  const head = document.getElementById(id);
  if (!(head instanceof HTMLHeadingElement)) return;
  head.tabIndex = -1;
  head.focus({ preventScroll: true });
  head.scrollIntoView();
}
