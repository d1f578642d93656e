import { CountingBudget } from '../calls/index.ts';
import { isConfigurationError } from '../error/index.ts';
import { rankedValues, runFuser } from '../fuse/index.ts';
import type { CallFailure, FailureKind } from '../spec/candidate.ts';
import type { Fuser } from '../spec/fuser.ts';
import type { FusionAnalysis } from '../spec/fusion-analysis.ts';
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

const NO_POINTS: FusionAnalysis = { agreement: [], contradictions: [], uniquePoints: [], blindSpots: [] };

/** The kinds of failure that say more than that fusing failed. */
const WHY_UNFUSED: Partial<Record<FailureKind, string>> = {
  budget: 'the budget allows no fusion',
  invalid: 'the fused answer does not follow the schema',
  stopped: 'the fusion was stopped',
};

/** Fuses the best candidates that differ. A fuser that fails, or writes nothing, leaves the best candidate to be the answer. */
export async function fuseBest({
  id,
  fuser,
  fuserName,
  isAlwaysAsked = false,
  topK,
  ranked,
  form,
  insights: ticked,
  reasonNotTo,
  ...phase
}: BlendPhase & {
  /** Names the fusion in its parts. */
  id: string;
  fuser: () => Promise<Fuser>;
  fuserName: string;
  /** Whether it is also asked with one candidate, or with candidates that are not ranked. */
  isAlwaysAsked?: boolean | undefined;
  topK: number;
  /** Undefined where any text will do. */
  form: AnswerForm | undefined;
  /** The points that the fuser goes by, in the place of an analysis of its own. */
  insights?: Partial<FusionAnalysis> | undefined;
  /** Why nothing is to be fused, as a clause; undefined where something is. */
  reasonNotTo: string | undefined;
  ranked: RankedCandidates;
}): Promise<Fusion> {
  const start = performance.now();
  const { task, abortSignal, emit } = phase;
  const budget = new CountingBudget(phase.budget);
  const unfused = (reason: string): Fusion => ({ ...NOTHING_DONE, fused: undefined, reason });
  if (reasonNotTo !== undefined) return unfused(reasonNotTo);
  if (ranked.failures.length > 0 && !isAlwaysAsked) {
    const budgetEnded = ranked.failures.some(({ kind }) => kind === 'budget');
    return unfused(budgetEnded ? 'the budget allowed no complete ranking' : 'the candidates could not be ranked');
  }
  const seen = new Set<string>();
  const best = ranked.candidates.filter(({ text }) => !seen.has(text) && seen.add(text)).slice(0, topK);
  if (best.length < 2 && !isAlwaysAsked) {
    return unfused(ranked.candidates.length === 1 ? 'there is only one answer' : 'there is nothing to add to it');
  }
  const insights = ticked && { ...NO_POINTS, ...ticked };
  const from = best.map((candidate) => candidate.id);
  const failures: CallFailure[] = [];
  const finish = (fusion: Omit<Fusion, 'ms'>, failure?: CallFailure): Fusion => {
    const ms = performance.now() - start;
    emit({ type: 'fusion-end', id, fused: fusion.fused, failure, usage: fusion.usage, ms });
    return { ...fusion, failures: failure === undefined ? failures : [...failures, failure], ms };
  };
  emit({ type: 'fusion-start', id, fuser: fuserName, from });
  try {
    const resolved = await fuser();
    if (resolved.analyses === true && insights === undefined) emit({ type: 'analysis-start', id });
    const fusing = runFuser(resolved, {
      task,
      candidates: best.map((candidate) => candidate.text),
      budget,
      form,
      ...rankedValues(best),
      ...(insights === undefined ? {} : { analysis: insights }),
      abortSignal,
      onAnalysis: (outcome) => {
        if (outcome.failure !== undefined) failures.push(outcome.failure);
        emit({ type: 'analysis-end', id, ...outcome });
      },
      onDelta: (delta) => emit({ type: 'fusion-delta', id, delta }),
      onReasoningDelta: (delta) => emit({ type: 'fusion-reasoning-delta', id, delta }),
      onRestart: (reason = 'thought') => emit({ type: 'fusion-restart', id, reason }),
    });
    const { text, object, reasoning, finishReason, usage, truncated, warnings, analysed, callsTools } = await fusing;
    if (callsTools === true) {
      return finish({ fused: undefined, reason: 'the fuser calls tools', failures, truncated, usage });
    }
    if (text.trim() === '') {
      const failure: CallFailure = {
        id: 'fuser',
        model: fuserName,
        phase: 'fuse',
        kind: 'empty',
        message: reasoning === undefined ? 'the fused answer was empty' : 'the fused answer was nothing but a thought',
      };
      return finish({ fused: undefined, reason: failure.message, failures, truncated, usage }, failure);
    }
    const fused: FusedAnswer = {
      text,
      object,
      reasoning,
      fuser: resolved.name,
      from,
      finishReason,
      analysis: insights ?? analysed?.analysis,
      probability: undefined,
      ...(warnings === undefined ? {} : { warnings }),
    };
    return finish({ fused, reason: undefined, failures, truncated, usage });
  } catch (error) {
    const failure = phaseFailure(phase, { phase: 'fuse', model: fuserName, error });
    const reason = WHY_UNFUSED[failure.kind] ?? 'fusing failed';
    const fusion = finish({ ...NOTHING_DONE, fused: undefined, reason, usage: budget.usage }, failure);
    if (isConfigurationError(error)) throw error;
    return fusion;
  }
}
