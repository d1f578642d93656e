import { useState } from 'react';
import { SHOWN_CHARACTERS, visibleText } from '../text/visible-text.ts';

/** Text of a model, as text. */
export function ModelText({ text }: { readonly text: string }) {
  const [isWhole, setWhole] = useState(false);
  if (text.trim() === '') return <p className="soft">(empty)</p>;
  const isLong = text.length > SHOWN_CHARACTERS && !isWhole;
  return (
    <>
      <div className="model-text" dir="auto">
        {visibleText(isLong ? text.slice(0, SHOWN_CHARACTERS) : text)}
      </div>
      {isLong && (
        <button type="button" onClick={() => setWhole(true)}>
          Show all {text.length.toLocaleString('en-US')} characters
        </button>
      )}
    </>
  );
}
