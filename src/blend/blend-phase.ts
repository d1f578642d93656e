import { failureOf } from '../calls/index.ts';
import type { CallBudget } from '../spec/call-budget.ts';
import type { CallFailure } from '../spec/candidate.ts';
import type { Task } from '../spec/task.ts';
import { NO_USAGE, type Usage } from '../spec/usage.ts';
import type { BlendEvent } from './blend-parts.ts';

/** What every phase of a blend needs to know. */
export interface BlendPhase {
  readonly task: Task;
  /** Aborts when the caller aborts or the time for the whole blend has run out. */
  readonly abortSignal: AbortSignal | undefined;
  /** Aborts when the caller aborts: only then a phase throws instead of recording a failure. */
  readonly callerSignal: AbortSignal | undefined;
  readonly budget: CallBudget | undefined;
  readonly emit: (event: BlendEvent) => void;
}

/** What a phase leaves, besides its result. */
export interface PhaseOutcome {
  readonly failures: readonly CallFailure[];
  /** True where a text was shortened to fit a model. */
  readonly truncated: boolean;
  readonly usage: Usage;
  readonly ms: number;
}

/** The outcome of a phase that had nothing to do. */
export const NOTHING_DONE: PhaseOutcome = { failures: [], truncated: false, usage: NO_USAGE, ms: 0 };

/** Turns what went wrong in a phase into a failure; an abort by the caller is thrown on. */
export function phaseFailure(
  { callerSignal }: Pick<BlendPhase, 'callerSignal'>,
  { phase, model, error }: { phase: 'rank' | 'fuse' | 'check' | 'compare'; model: string; error: unknown },
): CallFailure {
  callerSignal?.throwIfAborted();
  return { id: phase === 'fuse' ? 'fuser' : 'ranker', model, phase, ...failureOf(error) };
}
