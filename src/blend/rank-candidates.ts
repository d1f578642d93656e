import { rankTexts, type RankSettings } from '../rank/index.ts';
import type { CallFailure, Candidate } from '../spec/candidate.ts';
import type { PairRanker } from '../spec/pair-ranker.ts';
import { NO_USAGE, type Usage } from '../spec/usage.ts';
import { type BlendPhase, phaseFailure } from './blend-phase.ts';
import type { BlendComparison, RankedCandidate } from './blend-result.ts';

/** What the ranking of a blend comes to. */
export interface RankedCandidates {
  /** Best first; in the order asked where ranking failed. */
  readonly candidates: readonly RankedCandidate[];
  /** Why they are not ranked. */
  readonly failures: readonly CallFailure[];
  readonly comparisons: readonly BlendComparison[];
  readonly ranker: string;
  readonly caution: string | undefined;
  readonly truncated: boolean;
  readonly usage: Usage;
  readonly ms: number;
}

/** Ranks the candidates. A ranker that fails leaves them in the order asked, without ranks. */
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
  const finish = (ranked: Omit<RankedCandidates, 'ms'>): RankedCandidates => {
    emit({ type: 'rank-end', candidates: ranked.candidates, failure: ranked.failures[0] });
    return { ...ranked, ms: performance.now() - start };
  };
  const idOf = (index: number) => candidates[index]?.id ?? '';
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) {
    return finish({
      candidates: [{ ...only, rank: 1, score: 0 }],
      failures: [],
      comparisons: [],
      ranker: rankerName,
      caution: undefined,
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
      abortSignal,
      onComparison: ({ left, right, ...comparison }, progress) =>
        emit({
          type: 'comparison-end',
          comparison: { phase: 'rank', left: idOf(left), right: idOf(right), ...comparison },
          progress,
        }),
    });
    return finish({
      candidates: result.order.flatMap((index) => {
        const candidate = candidates[index];
        return candidate === undefined
          ? []
          : [{ ...candidate, rank: result.ranks[index], score: result.scores[index] }];
      }),
      failures: [],
      comparisons: result.comparisons.map(({ left, right, ...comparison }) => ({
        phase: 'rank',
        left: idOf(left),
        right: idOf(right),
        ...comparison,
      })),
      ranker: result.ranker,
      caution: result.caution,
      truncated: result.truncated,
      usage: result.usage,
    });
  } catch (error) {
    return finish({
      candidates: candidates.map((candidate) => ({ ...candidate, rank: undefined, score: undefined })),
      failures: [phaseFailure(phase, { phase: 'rank', model: rankerName, error })],
      comparisons: [],
      ranker: rankerName,
      caution: undefined,
      truncated: false,
      usage: NO_USAGE,
    });
  }
}
