import { CountingBudget } from '../calls/index.ts';
import { isConfigurationError } from '../error/index.ts';
import type { ComparisonSummary, PairComparison } from '../compare/index.ts';
import {
  rankByComparisons,
  type RankExplanation,
  rankTexts,
  type RankSettings,
  reorderExplanation,
} from '../rank/index.ts';
import type { Candidate } from '../spec/candidate.ts';
import type { PairRanker } from '../spec/pair-ranker.ts';
import { NO_USAGE, UNKNOWN_USAGE, type Usage } from '../spec/usage.ts';
import { type BlendPhase, NOTHING_DONE, phaseFailure, type PhaseOutcome } from './blend-phase.ts';
import type { BlendComparison, RankedCandidate } from './blend-result.ts';

/** Result of the ranking of a blend; `failures` are why the candidates are not ranked. */
export interface RankedCandidates extends ComparisonSummary, PhaseOutcome {
  /** Best first, as far as known where ranking failed. */
  readonly candidates: readonly RankedCandidate[];
  readonly comparisons: readonly BlendComparison[];
  /** With indices that count `candidates`; undefined where nothing was ranked. */
  readonly explanation: RankExplanation | undefined;
}

/**
 * Ranks the candidates. A ranker that fails leaves them without ranks, in the order that the pairs compared by then
 * suggest.
 */
export async function rankCandidates({
  candidates,
  ranker,
  rankerName,
  settings,
  agreed,
  ...phase
}: BlendPhase & {
  candidates: readonly Candidate[];
  /** Loads the ranker; called where there is something to rank. */
  ranker: () => Promise<PairRanker>;
  rankerName: string;
  settings: Omit<RankSettings, 'ranker'>;
  /** Candidates that say the same, if they are the best without a comparison. */
  agreed?: readonly Candidate[] | undefined;
}): Promise<RankedCandidates> {
  const start = performance.now();
  const { task, abortSignal, emit } = phase;
  const budget = new CountingBudget(phase.budget);
  const finish = (ranked: Omit<RankedCandidates, 'ms'>): RankedCandidates => {
    const ms = performance.now() - start;
    const { explanation, warning, usage } = ranked;
    const [failure] = ranked.failures;
    emit({ type: 'rank-end', candidates: ranked.candidates, explanation, warning, failure, usage, ms });
    return { ...ranked, ms };
  };
  const compared: PairComparison[] = [];
  const named = ({ left, right, ...comparison }: PairComparison): BlendComparison => ({
    phase: 'rank',
    left: candidates[left]?.id ?? '',
    right: candidates[right]?.id ?? '',
    ...comparison,
  });
  emit({ type: 'rank-start', ranker: rankerName, candidates: candidates.map(({ id }) => id) });
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) {
    return finish({ ...unranked(rankerName), candidates: [{ ...only, rank: 1, score: 0 }] });
  }
  if (agreed !== undefined) {
    const others = candidates.filter((candidate) => !agreed.includes(candidate));
    return finish({
      ...unranked('agreement'),
      candidates: [
        ...agreed.map((candidate) => ({ ...candidate, rank: 1, score: 1 })),
        ...others.map((candidate) => ({ ...candidate, rank: agreed.length + 1, score: 0 })),
      ],
    });
  }
  const texts = candidates.map(({ text }) => text);
  try {
    const { order, ranks, scores, comparisons, explanation, ...rest } = await rankTexts({
      ...settings,
      ranker: await ranker(),
      task,
      texts,
      budget,
      abortSignal,
      onComparison: (comparison, progress) => {
        compared.push(comparison);
        emit({ type: 'comparison-end', comparison: named(comparison), progress });
      },
    });
    return finish({
      ...rest,
      candidates: inOrder(candidates, order, (index) => ({ rank: ranks[index], score: scores[index] })),
      failures: [],
      comparisons: comparisons.map(named),
      explanation: reorderExplanation(explanation, order),
    });
  } catch (error) {
    const failure = phaseFailure(phase, { phase: 'rank', model: rankerName, error });
    const ranked = finish({
      ...unranked(rankerName),
      // The best so far first, by the pairs compared before the failure.
      candidates: inOrder(candidates, rankByComparisons(texts, compared), () => ({
        rank: undefined,
        score: undefined,
      })),
      failures: [failure],
      comparisons: compared.map(named),
      usage: budget.usage.calls > 0 ? budget.usage : usageUntilFailure(compared),
    });
    if (isConfigurationError(error)) throw error;
    return ranked;
  }
}

/** What there is to say of candidates that are not ranked. */
export function unranked(ranker: string) {
  return {
    ...NOTHING_DONE,
    comparisons: [],
    explanation: undefined,
    ranker,
    warning: undefined,
    positionBias: undefined,
    lowQuality: false,
    unreadable: false,
  };
}

function inOrder(
  candidates: readonly Candidate[],
  order: readonly number[],
  place: (index: number) => Pick<RankedCandidate, 'rank' | 'score'>,
): readonly RankedCandidate[] {
  return order.flatMap((index) => {
    const candidate = candidates[index];
    return candidate === undefined ? [] : [{ ...candidate, ...place(index) }];
  });
}

/** Calls known to have been made; their tokens and cost are not known. */
function usageUntilFailure(compared: readonly PairComparison[]): Usage {
  const calls = compared.reduce((sum, { forward, reverse }) => sum + (forward ? 1 : 0) + (reverse ? 1 : 0), 0);
  return calls === 0 ? NO_USAGE : { calls, ...UNKNOWN_USAGE };
}
