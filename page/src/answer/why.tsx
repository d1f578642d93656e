import type { TurnState } from '../api/types.ts';
import { formatPercent, formatProbability } from '../state/format.ts';
import { letterOf } from '../state/names.ts';
import { S } from '../strings.ts';

/** The sentences that say why this is the answer, from the numbers of ranking and check. */
export function reasons(turn: TurnState): readonly string[] {
  const { result } = turn;
  const best = result?.candidates[0];
  if (result === undefined || best === undefined) return [];
  const name = letterOf(turn, best.id);
  const second = result.candidates[1];
  const { explanation, fused } = result;
  const sentences: string[] = [];
  if (explanation !== undefined && second !== undefined) {
    const over = explanation.bestOverSecond;
    const secondName = letterOf(turn, second.id);
    if (second.rank !== best.rank) {
      sentences.push(S.why.wins(name, Math.floor(explanation.opponentsBeaten[0] ?? 0), explanation.opponents[0] ?? 0));
    }
    if (over !== undefined) {
      sentences.push(
        second.rank === best.rank
          ? S.why.tie(name, secondName)
          : S.why.second(name, secondName, formatProbability(over)),
      );
    }
    const compared = explanation.batches.flat().length;
    if (compared > 0) sentences.push(S.why.settled(formatPercent(explanation.confidence), compared));
  }
  if (fused?.probability !== undefined) {
    sentences.push(
      result.decision === 'fused'
        ? S.why.fusedWon(name, formatProbability(fused.probability))
        : S.why.fusedLost(name, formatProbability(1 - fused.probability)),
    );
  } else {
    sentences.push(result.decisionReason);
  }
  return sentences;
}

/** Why this is the answer. It keeps its height before there is one. */
export function Why({ turn }: { readonly turn: TurnState }) {
  const sentences = reasons(turn);
  return (
    <div className="why">
      {sentences.length > 0 && <h3 className="label">{S.answer.why}</h3>}
      <p>{sentences.join(' ')}</p>
    </div>
  );
}
