import type { BlendComparison, PairJudgement, TurnState } from '../api/types.ts';
import { Modal } from '../parts/modal.tsx';
import { formatProbability } from '../state/format.ts';
import { letterOf, textOf } from '../state/names.ts';
import type { TurnView } from '../state/page-context.ts';
import { comparisonOf, probabilityOf } from '../state/standing.ts';
import { S } from '../strings.ts';
import { Markdown } from '../text/markdown.tsx';
import { visibleText } from '../text/visible-text.ts';

function nameOf(turn: TurnState, id: string): string {
  const fusion = turn.fusions.findIndex((one) => one.id === id);
  return fusion === -1 ? letterOf(turn, id) : S.answer.fusion(fusion + 1);
}

/** The latest comparison of two answers, from the ranking, a check, or because it was asked for. */
function latest(turn: TurnState, one: string, other: string): BlendComparison | undefined {
  const isPair = ({ left, right }: { readonly left: string; readonly right: string }) =>
    (left === one && right === other) || (left === other && right === one);
  return (
    turn.compared.findLast((compared) => isPair(compared) && compared.comparison !== undefined)?.comparison ??
    turn.fusions
      .map(({ comparison }) => comparison)
      .findLast((comparison) => comparison !== undefined && isPair(comparison)) ??
    comparisonOf(turn.ranking, one, other)
  );
}

/** Two answers and how they were compared: both orders, and what the judge wrote. */
export function PairDialog({
  view: { turn, act },
  pair: [one, other],
  onClose,
}: {
  readonly view: TurnView;
  readonly pair: readonly [string, string];
  readonly onClose: () => void;
}) {
  const comparison = latest(turn, one, other);
  const probability = probabilityOf(comparison, one);
  const [name, otherName] = [nameOf(turn, one), nameOf(turn, other)];
  const isComparing = turn.compared.some(
    ({ left, right, cost }) => left === one && right === other && cost === undefined,
  );
  return (
    <Modal title={S.pair.title(name, otherName)} isOpen onClose={onClose} size="wide">
      <p className="lead">
        {comparison?.rule !== undefined
          ? S.pair.rules[comparison.rule]
          : probability === undefined
            ? S.pair.noOpinion
            : S.pair.both(name, formatProbability(probability))}
      </p>
      {comparison?.consistent !== undefined && (
        <p className={comparison.consistent ? 'muted' : 'bad'}>
          {comparison.consistent ? S.pair.consistent : S.pair.inconsistent}
        </p>
      )}
      {comparison !== undefined && comparison.rule === undefined && (
        <div className="beside">
          {[[one, other] as const, [other, one] as const].map(([first, second]) => (
            <Order
              key={first}
              turn={turn}
              first={first}
              second={second}
              judgement={first === comparison.left ? comparison.forward : comparison.reverse}
            />
          ))}
        </div>
      )}
      {act !== undefined && (
        <button
          type="button"
          className="quiet start"
          disabled={isComparing}
          onClick={() => act({ type: 'compare', left: one, right: other })}
        >
          {S.pair.compareAgain}
        </button>
      )}
      <div className="beside pair-texts">
        {[one, other].map((id) => (
          <div key={id}>
            <h3 className="label">{nameOf(turn, id)}</h3>
            <Markdown text={textOf(turn, id)} />
          </div>
        ))}
      </div>
    </Modal>
  );
}

/** The judgement of one order. Its log-odds are those of the text that was shown first. */
function Order({
  turn,
  first,
  second,
  judgement,
}: {
  readonly turn: TurnState;
  readonly first: string;
  readonly second: string;
  readonly judgement: PairJudgement | undefined;
}) {
  return (
    <section className="order">
      <h3 className="label">{S.pair.first(nameOf(turn, first))}</h3>
      {judgement === undefined ? <p className="muted">{S.pair.notAsked}</p> : <p>{verdictWords()}</p>}
      {(judgement?.verdict === 'both-good' || judgement?.verdict === 'both-bad') && (
        <p className="muted">{S.pair.verdicts[judgement.verdict]}</p>
      )}
      {judgement?.failure !== undefined && <p className="bad">{S.pair.failed(judgement.failure)}</p>}
      {judgement?.truncated === true && <p className="muted">{S.pair.truncated}</p>}
      {judgement?.rawText === undefined ? (
        <p className="muted">{S.pair.noWords}</p>
      ) : (
        <>
          <h4 className="label">{S.pair.words}</h4>
          <p className="plain words" dir="auto">
            {visibleText(judgement.rawText).slice(0, 10_000)}
          </p>
        </>
      )}
    </section>
  );

  function verdictWords(): string {
    const logit = judgement?.logit ?? Number.NaN;
    if (Number.isNaN(logit)) return S.pair.silent;
    if (logit === 0) return S.pair.undecided;
    const probability = 1 / (1 + Math.exp(-Math.abs(logit)));
    return S.pair.prefers(nameOf(turn, logit > 0 ? first : second), formatProbability(probability));
  }
}
