import { type ReactNode, useEffect, useRef, useState } from 'react';
import { SHOWN_CHARACTERS, visibleText } from '../text/visible-text.ts';

/** Text of a model, as text. */
export function ModelText({ text, name }: { readonly text: string; readonly name: string }) {
  const [isWhole, setWhole] = useState(false);
  if (text.trim() === '') return <p className="soft">(empty)</p>;
  const isLong = text.length > SHOWN_CHARACTERS && !isWhole;
  return (
    <>
      <ScrolledText name={name}>{visibleText(isLong ? text.slice(0, SHOWN_CHARACTERS) : text)}</ScrolledText>
      {isLong && (
        <button type="button" onClick={() => setWhole(true)}>
          Show all {text.length.toLocaleString('en-US')} characters
        </button>
      )}
    </>
  );
}

/** A text that scrolls in itself where it is long, and is then reached by the keyboard. */
export function ScrolledText({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const [isScrolled, setScrolled] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setScrolled(element.scrollHeight > element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, [children]);
  return (
    <div
      ref={box}
      className="model-text"
      dir="auto"
      {...(isScrolled ? { tabIndex: 0, role: 'region', 'aria-label': name } : {})}
    >
      {children}
    </div>
  );
}
