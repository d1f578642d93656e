import { useRef } from 'react';
import { useMoves } from '../parts/use-moves.ts';
import { formatPercent, formatProbability, formatStrength } from '../state/format.ts';
import { letterOf, modelOf, shortModel } from '../state/names.ts';
import type { TurnView } from '../state/page-context.ts';
import { isRanking } from '../state/progress.ts';
import { type Standing, standings } from '../state/standing.ts';
import { S } from '../strings.ts';

/** The places, with the interval in which the strength of each answer lies. */
export function RankingZone({ view: { turn, act, isHidden } }: { readonly view: TurnView }) {
  const list = useRef<HTMLOListElement>(null);
  const { ranking } = turn;
  const rows = ranking === undefined ? [] : standings(turn);
  useMoves(list, rows.map(({ id }) => id).join());
  const running = isRanking(turn);
  const confidence = ranking?.explanation?.confidence;
  const scale = scaleOf(rows);
  return (
    <section className="zone" aria-labelledby="ranking-title">
      <div className="zone-head">
        <h2 id="ranking-title">{S.zones.ranking}</h2>
        <p className="zone-note" title={S.ranking.settledTitle}>
          {isHidden || ranking === undefined
            ? null
            : confidence === undefined
              ? S.ranking.provisional
              : S.ranking.settled(formatPercent(confidence))}
        </p>
        {running && act !== undefined && (
          <p className="button-row">
            <button type="button" className="quiet" onClick={() => act({ type: 'stop', id: 'ranking' })}>
              {S.ranking.stop}
            </button>
          </p>
        )}
      </div>
      {isHidden ? (
        <p className="muted">{S.ranking.hidden}</p>
      ) : rows.length < 2 ? (
        <p className="muted">{S.ranking.empty}</p>
      ) : (
        <ol className={running ? 'ranks unsettled' : 'ranks'} ref={list}>
          {rows.map((row, index) => (
            <li key={row.id} data-key={row.id} className="rank-row">
              <span className="rank-place">{row.rank ?? index + 1}</span>
              <span className="rank-name">
                <span className="letter">{letterOf(turn, row.id)}</span>{' '}
                <span className="model" title={modelOf(turn, row.id)}>
                  {shortModel(modelOf(turn, row.id) ?? '')}
                </span>
              </span>
              <Strength row={row} scale={scale} />
            </li>
          ))}
        </ol>
      )}
      {ranking?.failure !== undefined && <p className="bad">{S.ranking.failed(ranking.failure.message)}</p>}
      {ranking?.warning !== undefined && !isHidden && <p className="muted small">{ranking.warning}</p>}
      {ranking !== undefined && !isHidden && (
        <p className="muted small">
          {S.ranking.ranker(ranking.ranker)}
          {ranking.explanation === undefined ? '' : ` ${ranking.explanation.stopReason}`}
        </p>
      )}
    </section>
  );
}

interface Scale {
  readonly low: number;
  readonly high: number;
}

function scaleOf(rows: readonly Standing[]): Scale {
  const ends = rows.flatMap(({ strength }) => (strength === undefined ? [] : [strength.low, strength.high]));
  if (ends.length === 0) return { low: -1, high: 1 };
  return { low: Math.min(...ends, -0.5), high: Math.max(...ends, 0.5) };
}

/** The interval on the scale of all, or the part of the pairs that are won before there is one. */
function Strength({ row: { strength, winning }, scale }: { readonly row: Standing; readonly scale: Scale }) {
  const at = (value: number) => `${(100 * (value - scale.low)) / (scale.high - scale.low)}%`;
  if (strength === undefined) {
    return (
      <>
        <span className="track">
          <span className="won" style={{ width: `${100 * (winning ?? 0)}%` }} />
        </span>
        <span className="rank-number" title={S.ranking.winningTitle}>
          {winning === undefined ? '' : formatProbability(winning)}
        </span>
      </>
    );
  }
  const [low, middle, high] = [strength.low, strength.strength, strength.high].map(formatStrength) as [
    string,
    string,
    string,
  ];
  return (
    <>
      <span className="track">
        <span
          className="reach"
          style={{ left: at(strength.low), width: `calc(${at(strength.high)} - ${at(strength.low)})` }}
        />
        <span className="middle" style={{ left: at(strength.strength) }} />
      </span>
      <span className="rank-number" title={S.ranking.strengthTitle(middle, low, high)}>
        {S.ranking.strength(low, high)}
      </span>
    </>
  );
}
