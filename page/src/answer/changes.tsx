import { useMemo } from 'react';
import { S } from '../strings.ts';
import { visibleText } from '../text/visible-text.ts';
import { ChangeList } from './change-list.tsx';
import { changesBetween } from './changes-between.ts';

/** What one text adds to another and leaves out. */
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
  const changes = useMemo(() => changesBetween(visibleText(before), visibleText(after)), [before, after]);
  if (before === after) return <p className="muted">{S.answer.same}</p>;
  if (changes === undefined) return <p className="muted">{S.answer.diffTooLong}</p>;
  return (
    <>
      <p className="muted small">{S.answer.diffLegend(name)}</p>
      <div className="changes" dir="auto">
        <ChangeList changes={changes} />
      </div>
    </>
  );
}
