import { useState } from 'react';
import type { FusionAnalysis } from '../api/types.ts';
import type { TurnView } from '../state/page-context.ts';
import { S } from '../strings.ts';
import { visibleText } from '../text/visible-text.ts';

const GROUPS = ['agreement', 'contradictions', 'uniquePoints', 'blindSpots'] as const;

/** What the answers agree on and differ in; the reader ticks what is right and fuses by that. */
export function Insights({
  view: { turn, act },
  onFuse,
}: {
  readonly view: TurnView;
  /** A fusion by the ticked insights begins. */
  readonly onFuse: () => void;
}) {
  const [ticked, tick] = useState<ReadonlySet<string>>(new Set());
  const analysis = turn.fusions.findLast((fusion) => fusion.analysis !== undefined)?.analysis;
  const isFinding = turn.fusions.some(({ phase }) => phase === 'analysing');
  if (analysis === undefined && act === undefined) return null;
  const chosen =
    analysis === undefined ? [] : GROUPS.flatMap((group) => analysis[group].map((text) => `${group}:${text}`));
  const count = chosen.filter((key) => ticked.has(key)).length;
  const fuse = (by: FusionAnalysis) => {
    const insights = Object.fromEntries(
      GROUPS.map((group) => [group, by[group].filter((text) => ticked.has(`${group}:${text}`))]),
    );
    act?.({ type: 'fuse', settings: { insights } });
    onFuse();
  };
  return (
    <details className="insights">
      <summary>{S.insights.title}</summary>
      <p className="muted">{S.insights.text}</p>
      {analysis !== undefined &&
        GROUPS.filter((group) => analysis[group].length > 0).map((group) => (
          <fieldset key={group} className="insight-group">
            <legend className="label">{S.insights.groups[group]}</legend>
            {analysis[group].map((text) => {
              const key = `${group}:${text}`;
              return (
                <label key={key} className="tick">
                  <input
                    type="checkbox"
                    checked={ticked.has(key)}
                    disabled={act === undefined}
                    onChange={() =>
                      tick(new Set(ticked.has(key) ? [...ticked].filter((one) => one !== key) : [...ticked, key]))
                    }
                  />
                  <span dir="auto">{visibleText(text)}</span>
                </label>
              );
            })}
          </fieldset>
        ))}
      {analysis !== undefined && chosen.length === 0 && <p className="muted">{S.insights.none}</p>}
      {act !== undefined && (
        <p className="button-row">
          {analysis !== undefined && chosen.length > 0 && (
            <button type="button" disabled={count === 0} onClick={() => fuse(analysis)}>
              {S.insights.fuse(count)}
            </button>
          )}
          <button
            type="button"
            className="quiet"
            disabled={isFinding}
            onClick={() => act({ type: 'fuse', settings: { analysis: true } })}
          >
            {isFinding ? S.insights.finding : S.insights.find}
          </button>
        </p>
      )}
    </details>
  );
}
