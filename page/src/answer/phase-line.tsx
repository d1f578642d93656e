import type { TurnState } from '../api/types.ts';
import { formatCost, formatSeconds } from '../state/format.ts';
import { shortModel } from '../state/names.ts';
import type { Phase } from '../state/progress.ts';
import { S } from '../strings.ts';

export function phaseWords(phase: Phase): string {
  switch (phase.name) {
    case 'asking':
      return S.phase.asking(phase.answered, phase.total, phase.failed);
    case 'ranking':
      return S.phase.ranking(phase.done, phase.total);
    case 'analysing':
      return S.phase.analysing(shortModel(phase.fuser));
    case 'writing':
      return S.phase.writing(shortModel(phase.fuser));
    case 'checking':
      return S.phase.checking;
    default:
      return '';
  }
}

/** What the blend does now, with its steps. It keeps its height, so that nothing jumps when it is over. */
export function PhaseLine({ turn, phase }: { readonly turn: TurnState; readonly phase: Phase }) {
  const words = phase.name === 'idle' ? outcome(turn) : phaseWords(phase);
  const part =
    phase.name === 'asking' && phase.total > 0
      ? (phase.answered + phase.failed) / phase.total
      : phase.name === 'ranking' && phase.total > 0
        ? phase.done / phase.total
        : undefined;
  return (
    <div className="phase">
      <p className="phase-words">{words}</p>
      {phase.name !== 'idle' && <progress value={part} max={1} aria-label={words} />}
    </div>
  );
}

/** What the run took. */
function outcome({ result }: TurnState): string {
  if (result === undefined) return '';
  const { timings, usage } = result;
  return S.phase.took(formatSeconds(timings.totalMs), usage.calls, formatCost(usage.cost));
}
