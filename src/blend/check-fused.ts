import { CountingBudget } from '../calls/index.ts';
import { checkAnswered, comparePairs, rankerNotes } from '../compare/index.ts';
import { isConfigurationError } from '../error/index.ts';
import type { PairRanker, RankerCallSettings } from '../spec/pair-ranker.ts';
import { type BlendPhase, NOTHING_DONE, phaseFailure, type PhaseOutcome } from './blend-phase.ts';
import type { BlendComparison, BlendResult } from './blend-result.ts';
import type { Fusion } from './fuse-best.ts';
import type { RankedCandidates } from './rank-candidates.ts';

/** Which text is the answer, and why. */
export interface Decision
  extends
    PhaseOutcome,
    Pick<BlendResult, 'text' | 'decision' | 'decisionReason' | 'fused' | 'comparisons' | 'warning'> {}

/**
 * Lets the fused answer compete with the best candidate, in both orders, and keeps the better one; a tie goes to the
 * candidate. Fusing can hurt: in the maintainers' own correction, the best candidate alone scored 58.29 and the
 * fusion 53.05.
 */
export async function checkFused({
  id,
  isChecked,
  ranker,
  rankerName,
  settings: { timeoutMs, maxRetries },
  ranked,
  fusion: { fused, reason: unfusedReason },
  ...phase
}: BlendPhase & {
  /** Names the fusion in its parts. */
  id: string;
  /** If false, the fused answer is taken without a check, since its readers have it already. */
  isChecked: boolean;
  ranker: () => Promise<PairRanker>;
  rankerName: string;
  settings: RankerCallSettings;
  ranked: RankedCandidates;
  fusion: Fusion;
}): Promise<Decision> {
  const start = performance.now();
  const best = ranked.candidates[0];
  const bestText = best?.text ?? '';
  const bestId = best?.id ?? '';
  const budget = new CountingBudget(phase.budget);
  const kept = (decisionReason: string, rest: Partial<Decision> = {}): Decision => ({
    text: bestText,
    decision: 'best-candidate',
    decisionReason,
    fused,
    comparisons: [],
    warning: undefined,
    ...NOTHING_DONE,
    ms: performance.now() - start,
    ...rest,
  });
  if (fused === undefined) return kept(`The best candidate is the answer: ${unfusedReason ?? 'nothing was fused'}.`);
  const keep = (reason: string, rest: Partial<Decision> = {}): Decision => {
    const decided = kept(reason, rest);
    const { decision, decisionReason, usage, ms, failures } = decided;
    const { probability } = decided.fused ?? {};
    phase.emit({ type: 'check-end', id, decision, decisionReason, probability, failure: failures[0], usage, ms });
    return decided;
  };
  if (!isChecked) {
    const reason = 'The fused answer was streamed as it was written, without a check against the best candidate.';
    return keep(reason, { text: fused.text, decision: 'fused' });
  }
  try {
    const { comparisons, usage } = await comparePairs({
      ranker: await ranker(),
      task: phase.task,
      texts: [fused.text, bestText],
      pairs: [[0, 1]],
      orders: 'both',
      budget,
      timeoutMs,
      maxRetries,
      abortSignal: phase.abortSignal,
    });
    checkAnswered({ name: rankerName }, comparisons);
    const [comparison] = comparisons;
    if (comparison === undefined) throw new Error('comparePairs answers every pair');
    const checked: BlendComparison = { ...comparison, phase: 'check', left: id, right: bestId };
    phase.emit({ type: 'comparison-end', comparison: checked, progress: { done: 1, total: 1 } });
    const { logit, probability } = comparison;
    // The warning of the ranker itself belongs to the ranking.
    const { truncated, warning } = rankerNotes({ name: rankerName }, comparisons);
    const outcome = {
      fused: { ...fused, probability: Number.isNaN(probability) ? undefined : probability },
      comparisons: [checked],
      truncated,
      warning,
      usage,
      ms: performance.now() - start,
    };
    const { decision, decisionReason } = decisionOf({ logit, probability });
    return keep(decisionReason, {
      ...outcome,
      ...(decision === 'fused' ? { text: fused.text, decision } : {}),
    });
  } catch (error) {
    const failure = phaseFailure(phase, { phase: 'check', model: rankerName, error });
    const reason =
      failure.kind === 'budget'
        ? 'The budget allowed no check of the fused answer, so the best candidate stays.'
        : 'The fused answer could not be checked, so the best candidate stays.';
    const decided = keep(reason, { failures: [failure], usage: budget.usage });
    if (isConfigurationError(error)) throw error;
    return decided;
  }
}

/** Which text is kept by the log-odds that the fused answer is better; NaN where the ranker has no opinion. */
export function decisionOf({
  logit,
  probability,
}: {
  logit: number;
  probability: number;
}): Pick<Decision, 'decision' | 'decisionReason'> {
  if (logit > 0) {
    const decisionReason = `The fused answer beat the best candidate with probability ${probability.toFixed(2)}.`;
    return { decision: 'fused', decisionReason };
  }
  return {
    decision: 'best-candidate',
    decisionReason: Number.isNaN(logit)
      ? 'The ranker had no opinion on the fused answer, so the best candidate stays.'
      : logit === 0
        ? 'The fused answer was no better than the best candidate.'
        : `The best candidate beat the fused answer with probability ${(1 - probability).toFixed(2)}.`,
  };
}
