import type { TurnState } from '../api/types.ts';

/** The letter of a call: A, B, … Z, A2, … in the order in which the calls were planned. */
export function letterOf(turn: TurnState, id: string): string {
  const index = turn.calls.findIndex((call) => call.id === id);
  if (index === -1) return id;
  const round = Math.floor(index / 26);
  return `${String.fromCodePoint(65 + (index % 26))}${round === 0 ? '' : round + 1}`;
}

/** The model without its provider; two models of one name are told apart by the title. */
export function shortModel(model: string): string {
  return model.slice(model.lastIndexOf('/') + 1);
}

/** The model behind an id of a call or fusion. */
export function modelOf(turn: TurnState, id: string): string | undefined {
  return turn.calls.find((call) => call.id === id)?.model ?? turn.fusions.find((fusion) => fusion.id === id)?.fuser;
}

/** The text of a candidate or a fused answer, as far as it is. */
export function textOf(turn: TurnState, id: string): string {
  const call = turn.calls.find((one) => one.id === id);
  if (call !== undefined) return call.candidate?.text ?? call.text;
  const fusion = turn.fusions.find((one) => one.id === id);
  return fusion?.fused?.text ?? fusion?.text ?? '';
}

/** Id of what the latest run decided to be the answer. */
export function answerIdOf({ result, fusions }: TurnState): string | undefined {
  if (result === undefined) return undefined;
  if (result.decision === 'best-candidate') return result.candidates[0]?.id;
  return fusions.find(({ fused }) => fused?.text === result.fused?.text)?.id;
}
