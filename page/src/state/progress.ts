import type { CallState, FusionState, TurnState } from '../api/types.ts';

/** What a turn does now. */
export type Phase =
  | { readonly name: 'asking'; readonly answered: number; readonly failed: number; readonly total: number }
  | { readonly name: 'ranking'; readonly done: number; readonly total: number }
  | { readonly name: 'analysing' | 'writing' | 'checking'; readonly fuser: string }
  | { readonly name: 'idle' };

export function isOpen(call: CallState): boolean {
  return call.takesPart && call.candidate === undefined && call.failure === undefined;
}

/** Calls whose answer is there, best first once they are ranked. */
export function answered(turn: TurnState): readonly CallState[] {
  return turn.calls.filter((call) => call.takesPart && call.candidate !== undefined);
}

export function isRanking(turn: TurnState): boolean {
  return turn.ranking !== undefined && turn.ranking.cost === undefined;
}

function runningFusion(turn: TurnState): FusionState | undefined {
  return turn.fusions.find(({ phase }) => phase !== 'ended');
}

/** The furthest step that is under way. */
export function phaseOf(turn: TurnState): Phase {
  const fusion = runningFusion(turn);
  if (fusion !== undefined && fusion.phase !== 'ended') return { name: fusion.phase, fuser: fusion.fuser };
  if (isRanking(turn)) return { name: 'ranking', ...(turn.ranking?.progress ?? { done: 0, total: 0 }) };
  const taking = turn.calls.filter((call) => call.takesPart);
  if (taking.some(isOpen)) {
    return {
      name: 'asking',
      answered: taking.filter((call) => call.candidate !== undefined).length,
      failed: taking.filter((call) => call.failure !== undefined).length,
      total: taking.length,
    };
  }
  return { name: 'idle' };
}
