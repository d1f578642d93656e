import { CountingBudget } from '../calls/index.ts';
import { isConfigurationError } from '../error/index.ts';
import { rankedValues, runFuser } from '../fuse/index.ts';
import type { CallFailure, FailureKind } from '../spec/candidate.ts';
import type { Fuser } from '../spec/fuser.ts';
import type { AnswerForm } from '../structured/index.ts';
import { type BlendPhase, NOTHING_DONE, phaseFailure, type PhaseOutcome } from './blend-phase.ts';
import type { FusedAnswer } from './blend-result.ts';
import type { RankedCandidates } from './rank-candidates.ts';

/** Result of the fusion of a blend. */
export interface Fusion extends PhaseOutcome {
  readonly fused: FusedAnswer | undefined;
  /** Why nothing was fused, as a clause. */
  readonly reason: string | undefined;
}

/** The kinds of failure that say more than that fusing failed. */
const WHY_UNFUSED: Partial<Record<FailureKind, string>> = {
  budget: 'the budget allows no fusion',
  invalid: 'the fused answer does not follow the schema',
};

/** Fuses the best candidates that differ. A fuser that fails, or writes nothing, leaves the best candidate to be the answer. */
export async function fuseBest({
  fuser,
  fuserName,
  isAlwaysAsked = false,
  topK,
  ranked,
  form,
  ...phase
}: BlendPhase & {
  /** Undefined where the caller wants no fusion. */
  fuser: (() => Promise<Fuser>) | undefined;
  fuserName: string;
  /** Whether it is also asked with one candidate, or with candidates that are not ranked. */
  isAlwaysAsked?: boolean | undefined;
  topK: number;
  /** Undefined where any text will do. */
  form: AnswerForm | undefined;
  ranked: RankedCandidates;
}): Promise<Fusion> {
  const start = performance.now();
  const elapsed = () => performance.now() - start;
  const { task, abortSignal, emit } = phase;
  const budget = new CountingBudget(phase.budget);
  const unfused = (reason: string, outcome: Partial<PhaseOutcome> = {}): Fusion => ({
    ...NOTHING_DONE,
    ...outcome,
    fused: undefined,
    reason,
  });
  if (fuser === undefined) return unfused('fusion is switched off');
  if (ranked.failures.length > 0 && !isAlwaysAsked) {
    const budgetEnded = ranked.failures.some(({ kind }) => kind === 'budget');
    return unfused(budgetEnded ? 'the budget allowed no complete ranking' : 'the candidates could not be ranked');
  }
  const seen = new Set<string>();
  const best = ranked.candidates.filter(({ text }) => !seen.has(text) && seen.add(text)).slice(0, topK);
  if (best.length < 2 && !isAlwaysAsked) {
    return unfused(ranked.candidates.length === 1 ? 'there is only one answer' : 'there is nothing to add to it');
  }
  const from = best.map(({ id }) => id);
  const failures: CallFailure[] = [];
  emit({ type: 'fusion-start', fuser: fuserName, from });
  try {
    const resolved = await fuser();
    if (resolved.analyses === true) emit({ type: 'analysis-start' });
    const fusing = runFuser(resolved, {
      task,
      candidates: best.map((candidate) => candidate.text),
      budget,
      form,
      ...rankedValues(best),
      abortSignal,
      onAnalysis: (outcome) => {
        if (outcome.failure !== undefined) failures.push(outcome.failure);
        emit({ type: 'analysis-end', ...outcome });
      },
      onDelta: (delta) => emit({ type: 'fusion-delta', delta }),
      onReasoningDelta: (delta) => emit({ type: 'fusion-reasoning-delta', delta }),
      onRestart: () => emit({ type: 'fusion-restart' }),
    });
    const { text, object, reasoning, finishReason, usage, truncated, warnings, analysed, callsTools } = await fusing;
    if (callsTools === true) {
      emit({ type: 'fusion-end', fused: undefined, failure: undefined });
      return unfused('the fuser calls tools', { failures, truncated, usage, ms: elapsed() });
    }
    if (text.trim() === '') {
      const failure: CallFailure = {
        id: 'fuser',
        model: fuserName,
        phase: 'fuse',
        kind: 'empty',
        message: reasoning === undefined ? 'the fused answer was empty' : 'the fused answer was nothing but a thought',
      };
      emit({ type: 'fusion-end', fused: undefined, failure });
      return unfused(failure.message, { failures: [...failures, failure], truncated, usage, ms: elapsed() });
    }
    const fused: FusedAnswer = {
      text,
      object,
      reasoning,
      fuser: resolved.name,
      from,
      finishReason,
      analysis: analysed?.analysis,
      probability: undefined,
      ...(warnings === undefined ? {} : { warnings }),
    };
    emit({ type: 'fusion-end', fused, failure: undefined });
    return { fused, reason: undefined, failures, truncated, usage, ms: elapsed() };
  } catch (error) {
    if (isConfigurationError(error)) throw error;
    const failure = phaseFailure(phase, { phase: 'fuse', model: fuserName, error });
    emit({ type: 'fusion-end', fused: undefined, failure });
    return unfused(WHY_UNFUSED[failure.kind] ?? 'fusing failed', {
      failures: [...failures, failure],
      usage: budget.usage,
      ms: elapsed(),
    });
  }
}
