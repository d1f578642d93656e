import { diffWordsWithSpace } from 'diff';
import { useMemo } from 'react';
import { S } from '../strings.ts';
import { visibleText } from '../text/visible-text.ts';

/** Milliseconds after which two texts are too different to be compared word by word. */
const DIFF_MS = 300;

/** What one text adds to another and leaves out, word by word. */
export function Changes({
  before,
  after,
  name,
}: {
  readonly before: string;
  readonly after: string;
  /** Of the text before. */
  readonly name: string;
}) {
  const changes = useMemo(
    () => diffWordsWithSpace(visibleText(before), visibleText(after), { timeout: DIFF_MS }),
    [before, after],
  );
  if (before === after) return <p className="muted">{S.answer.same}</p>;
  if (changes === undefined) return <p className="muted">{S.answer.diffTooLong}</p>;
  return (
    <>
      <p className="muted">{S.answer.diffLegend(name)}</p>
      <div className="changes" dir="auto">
        {changes.map(({ value, added, removed }, index) => {
          // The list is made anew as a whole.
          if (added) return <ins key={index}>{value}</ins>;
          if (removed) return <del key={index}>{value}</del>;
          return <span key={index}>{value}</span>;
        })}
      </div>
    </>
  );
}
