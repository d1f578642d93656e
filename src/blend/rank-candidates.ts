import { CountingBudget } from '../calls/index.ts';
import { isConfigurationError } from '../error/index.ts';
import type { PairComparison, PositionBias } from '../compare/index.ts';
import {
  rankByComparisons,
  type RankExplanation,
  rankTexts,
  type RankSettings,
  reorderExplanation,
} from '../rank/index.ts';
import type { CallFailure, Candidate } from '../spec/candidate.ts';
import type { PairRanker } from '../spec/pair-ranker.ts';
import { NO_USAGE, type Usage } from '../spec/usage.ts';
import { type BlendPhase, phaseFailure } from './blend-phase.ts';
import type { BlendComparison, RankedCandidate } from './blend-result.ts';

/** What the ranking of a blend comes to. */
export interface RankedCandidates {
  /** Best first, as far as known where ranking failed. */
  readonly candidates: readonly RankedCandidate[];
  /** Why they are not ranked. */
  readonly failures: readonly CallFailure[];
  readonly comparisons: readonly BlendComparison[];
  /** With indices that count `candidates`; undefined where nothing was ranked. */
  readonly explanation: RankExplanation | undefined;
  readonly ranker: string;
  readonly warning: string | undefined;
  readonly positionBias: PositionBias | undefined;
  readonly lowQuality: boolean;
  readonly truncated: boolean;
  readonly usage: Usage;
  readonly ms: number;
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
  ...phase
}: BlendPhase & {
  candidates: readonly Candidate[];
  ranker: Promise<PairRanker>;
  rankerName: string;
  settings: Omit<RankSettings, 'ranker'>;
}): Promise<RankedCandidates> {
  const start = performance.now();
  const { task, abortSignal, emit } = phase;
  const budget = new CountingBudget(phase.budget);
  const finish = (ranked: Omit<RankedCandidates, 'ms'>): RankedCandidates => {
    emit({ type: 'rank-end', candidates: ranked.candidates, failure: ranked.failures[0] });
    return { ...ranked, ms: performance.now() - start };
  };
  const asked: PairComparison[] = [];
  const named = ({ left, right, ...comparison }: PairComparison): BlendComparison => ({
    phase: 'rank',
    left: candidates[left]?.id ?? '',
    right: candidates[right]?.id ?? '',
    ...comparison,
  });
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) {
    return finish({
      candidates: [{ ...only, rank: 1, score: 0 }],
      failures: [],
      comparisons: [],
      explanation: undefined,
      ranker: rankerName,
      warning: undefined,
      positionBias: undefined,
      lowQuality: false,
      truncated: false,
      usage: NO_USAGE,
    });
  }
  try {
    const result = await rankTexts({
      ...settings,
      ranker: await ranker,
      task,
      texts: candidates.map(({ text }) => text),
      budget,
      abortSignal,
      onComparison: (comparison, progress) => {
        asked.push(comparison);
        emit({ type: 'comparison-end', comparison: named(comparison), progress });
      },
    });
    return finish({
      candidates: result.order.flatMap((index) => {
        const candidate = candidates[index];
        return candidate === undefined
          ? []
          : [{ ...candidate, rank: result.ranks[index], score: result.scores[index] }];
      }),
      failures: [],
      comparisons: result.comparisons.map(named),
      explanation: reorderExplanation(result.explanation, result.order),
      ranker: result.ranker,
      warning: result.warning,
      positionBias: result.positionBias,
      lowQuality: result.lowQuality,
      truncated: result.truncated,
      usage: result.usage,
    });
  } catch (error) {
    if (isConfigurationError(error)) throw error;
    return finish({
      candidates: orderByKnown(candidates, asked),
      failures: [phaseFailure(phase, { phase: 'rank', model: rankerName, error })],
      comparisons: asked.map(named),
      explanation: undefined,
      ranker: rankerName,
      warning: undefined,
      positionBias: undefined,
      lowQuality: false,
      truncated: false,
      usage: budget.usage.calls > 0 ? budget.usage : spentUntilFailure(asked),
    });
  }
}

/** Unranked, but the best so far first: a pair that was compared still says something. */
function orderByKnown(candidates: readonly Candidate[], asked: readonly PairComparison[]): readonly RankedCandidate[] {
  const order = rankByComparisons(
    candidates.map(({ text }) => text),
    asked,
  );
  return order.flatMap((index) => {
    const candidate = candidates[index];
    return candidate === undefined ? [] : [{ ...candidate, rank: undefined, score: undefined }];
  });
}

/** Calls that are known to have been made; what they took is not. */
function spentUntilFailure(asked: readonly PairComparison[]): Usage {
  const calls = asked.reduce((sum, { forward, reverse }) => sum + (forward ? 1 : 0) + (reverse ? 1 : 0), 0);
  return calls === 0 ? NO_USAGE : { calls, inputTokens: undefined, outputTokens: undefined, cost: undefined };
}
