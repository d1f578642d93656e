import type { BlendPart, FusionAnalysis } from '../../index.ts';
import { oneLine } from '../render/text.ts';
import { formatCount } from '../render/format.ts';
import type { AskState } from './ask-state.ts';
import { describeCall } from './draw-ask.ts';

/**
 * What a part is worth saying where nothing can be drawn: one line for each step, none for pieces of text.
 * `state` has taken the part in.
 */
export function plainAskLine(part: BlendPart, state: AskState, now: number): string | undefined {
  switch (part.type) {
    case 'blend-start':
      return `Asking for ${formatCount(part.calls.length, 'answer')}: ${models(part.calls)}`;
    case 'candidate-end':
      return callLine(part.candidate.id, state, now);
    case 'candidate-error':
      return callLine(part.failure.id, state, now);
    case 'rank-end':
      return state.comparisons.length === 0 ? undefined : `Compared ${formatCount(state.comparisons.length, 'pair')}`;
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
    case 'candidate-start':
    case 'candidate-reasoning-delta':
    case 'candidate-delta':
    case 'candidate-restart':
    case 'comparison-end':
    case 'fusion-reasoning-delta':
    case 'fusion-delta':
    case 'fusion-restart':
    case 'blend-end':
      return undefined;
    default:
      return part satisfies never;
  }
}

function callLine(id: string, state: AskState, now: number): string | undefined {
  const call = state.calls.get(id);
  return call && `${call.label} (${state.endedCalls} of ${state.calls.size}): ${describeCall(call, now)}`;
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
