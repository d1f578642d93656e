import type { BlendPart, BlendState, FusionAnalysis } from '../../index.ts';
import { oneLine } from '../render/text.ts';
import { formatCount } from '../render/format.ts';
import { callLabel, describeCall, endedCalls } from './draw-ask.ts';

/**
 * What a part is worth saying where nothing can be drawn: one line for each step, none for pieces of text.
 * `state` has taken the part in.
 */
export function plainAskLine(part: BlendPart, state: BlendState, now: number): string | undefined {
  const { calls = [], ranking } = state.turns.at(-1) ?? {};
  const callLine = (id: string) => {
    const call = calls.find((known) => known.id === id);
    return call && `${callLabel(call)} (${endedCalls(calls)} of ${calls.length}): ${describeCall(call, now)}`;
  };
  switch (part.type) {
    case 'blend-start':
      return `Asking for ${formatCount(part.calls.length, 'answer')}: ${models(part.calls)}`;
    case 'candidate-end':
      return callLine(part.candidate.id);
    case 'candidate-error':
      return callLine(part.failure.id);
    case 'rank-end':
      return !ranking?.comparisons.length ? undefined : `Compared ${formatCount(ranking.comparisons.length, 'pair')}`;
    case 'fusion-start':
      return `Fusing ${formatCount(part.from.length, 'answer')} with ${oneLine(part.fuser)}`;
    case 'analysis-start':
      return 'Analysing them first';
    case 'analysis-end':
      return part.failure === undefined
        ? `Analysed them: ${analysisCounts(part.analysis)}`
        : 'The analysis failed; fusing without it';
    case 'fusion-end':
      return part.fused === undefined ? undefined : 'Comparing the fused answer with the best candidate';
    case 'members-change':
    case 'candidate-start':
    case 'candidate-reasoning-delta':
    case 'candidate-delta':
    case 'candidate-restart':
    case 'rank-start':
    case 'comparison-end':
    case 'fusion-reasoning-delta':
    case 'fusion-delta':
    case 'fusion-restart':
    case 'check-end':
    case 'compare-start':
    case 'compare-end':
    case 'blend-end':
    case 'blend-error':
    case 'session-end':
      return undefined;
    default:
      return part satisfies never;
  }
}

function analysisCounts(analysis: FusionAnalysis | undefined): string {
  const { agreement = [], contradictions = [], uniquePoints = [], blindSpots = [] } = analysis ?? {};
  return [
    formatCount(agreement.length, 'agreement'),
    formatCount(contradictions.length, 'contradiction'),
    formatCount(uniquePoints.length, 'unique point'),
    formatCount(blindSpots.length, 'blind spot'),
  ].join(', ');
}

function models(calls: readonly { readonly model: string }[]): string {
  const counts = new Map<string, number>();
  for (const { model } of calls) counts.set(model, (counts.get(model) ?? 0) + 1);
  return [...counts].map(([model, count]) => (count === 1 ? oneLine(model) : `${oneLine(model)} ×${count}`)).join(', ');
}
