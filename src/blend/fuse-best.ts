import { CountingBudget } from '../calls/index.ts';
import { isConfigurationError } from '../error/index.ts';
import { rankedValues, runFuser } from '../fuse/index.ts';
import type { CallFailure } from '../spec/candidate.ts';
import type { Fuser } from '../spec/fuser.ts';
import { NO_USAGE, type Usage } from '../spec/usage.ts';
import { type BlendPhase, phaseFailure } from './blend-phase.ts';
import type { FusedAnswer } from './blend-result.ts';
import type { RankedCandidates } from './rank-candidates.ts';

/** What the fusion of a blend comes to. */
export interface Fusion {
  readonly fused: FusedAnswer | undefined;
  /** Why nothing was fused, as a clause. */
  readonly whyNot: string | undefined;
  readonly failures: readonly CallFailure[];
  readonly truncated: boolean;
  readonly usage: Usage;
  readonly ms: number;
}

/** Fuses the best candidates that differ. A fuser that fails, or writes nothing, leaves the best candidate to be the answer. */
export async function fuseBest({
  fuser,
  fuserName,
  topK,
  ranked,
  ...phase
}: BlendPhase & {
  /** Undefined where the caller wants no fusion. */
  fuser: (() => Promise<Fuser>) | undefined;
  fuserName: string;
  topK: number;
  ranked: RankedCandidates;
}): Promise<Fusion> {
  const start = performance.now();
  const { task, abortSignal, emit } = phase;
  const budget = new CountingBudget(phase.budget);
  const nothing = { fused: undefined, failures: [], truncated: false, usage: NO_USAGE, ms: 0 };
  if (fuser === undefined) return { ...nothing, whyNot: 'fusion is switched off' };
  if (ranked.failures.length > 0) {
    const budgetEnded = ranked.failures.some(({ kind }) => kind === 'budget');
    return {
      ...nothing,
      whyNot: budgetEnded ? 'the budget allowed no complete ranking' : 'the candidates could not be ranked',
    };
  }
  const seen = new Set<string>();
  const best = ranked.candidates.filter(({ text }) => !seen.has(text) && seen.add(text)).slice(0, topK);
  if (best.length < 2) {
    return {
      ...nothing,
      whyNot: ranked.candidates.length === 1 ? 'there is only one answer' : 'there is nothing to add to it',
    };
  }
  const from = best.map(({ id }) => id);
  const failures: CallFailure[] = [];
  emit({ type: 'fusion-start', fuser: fuserName, from });
  try {
    const resolved = await fuser();
    if (resolved.analyses === true) emit({ type: 'analysis-start' });
    const { text, finishReason, usage, truncated, analysed } = await runFuser(resolved, {
      task,
      candidates: best.map((candidate) => candidate.text),
      budget,
      ...rankedValues(best),
      abortSignal,
      onAnalysis: (outcome) => {
        if (outcome.failure !== undefined) failures.push(outcome.failure);
        emit({ type: 'analysis-end', ...outcome });
      },
      onDelta: (delta) => emit({ type: 'fusion-delta', delta }),
    });
    if (text.trim() === '') {
      const failure: CallFailure = {
        id: 'fuser',
        model: fuserName,
        phase: 'fuse',
        kind: 'empty',
        message: 'the fused answer was empty',
      };
      emit({ type: 'fusion-end', fused: undefined, failure });
      return {
        fused: undefined,
        whyNot: failure.message,
        failures: [...failures, failure],
        truncated,
        usage,
        ms: performance.now() - start,
      };
    }
    const fused: FusedAnswer = {
      text,
      fuser: resolved.name,
      from,
      finishReason,
      analysis: analysed?.analysis,
      probability: undefined,
    };
    emit({ type: 'fusion-end', fused, failure: undefined });
    return { fused, whyNot: undefined, failures, truncated, usage, ms: performance.now() - start };
  } catch (error) {
    if (isConfigurationError(error)) throw error;
    const failure = phaseFailure(phase, { phase: 'fuse', model: fuserName, error });
    emit({ type: 'fusion-end', fused: undefined, failure });
    return {
      ...nothing,
      whyNot: failure.kind === 'budget' ? 'the budget allows no fusion' : 'fusing failed',
      failures: [...failures, failure],
      usage: budget.usage,
      ms: performance.now() - start,
    };
  }
}
