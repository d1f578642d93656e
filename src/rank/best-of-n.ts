import { InvalidArgumentError } from '../error/index.ts';
import { generateCandidates, type GenerateCandidatesOptions, planCalls } from '../generate/index.ts';
import type { CallFailure, Candidate } from '../spec/candidate.ts';
import { addUsage } from '../spec/usage.ts';
import { type RankOptions, rankWith } from './rank.ts';
import type { RankSettings } from './rank-settings.ts';
import { prepareRanking, rankTexts } from './rank-texts.ts';
import type { RankResult } from './ranking.ts';

/** Options of {@link bestOfN} over models: `totalTimeoutMs` is for the answers; ranking them comes on top. */
export interface GenerateAndRankOptions extends GenerateCandidatesOptions, RankSettings {
  /** Called with each pair once it is compared. */
  readonly onComparison?: RankOptions['onComparison'];
}

/** Candidates of models, ranked. Indices of the ranking count `candidates`. */
interface GenerateAndRankResult extends RankResult {
  /** In the order of `models`. At least one. */
  readonly candidates: readonly Candidate[];
  /** Calls that failed, in the order of `models`; not an error while one candidate exists. */
  readonly failures: readonly CallFailure[];
}

/** Result of {@link bestOfN}. */
export interface BestOfNResult extends RankResult {
  /** Text of the best candidate. */
  readonly text: string;
}

/** Result of {@link bestOfN} over models. */
export interface GeneratedBestOfNResult extends GenerateAndRankResult {
  /** Text of the best candidate. */
  readonly text: string;
}

/**
 * Picks the best of N candidates with as few comparisons as that takes: `strategy: 'adaptive'` by default, or all
 * pairs of a ranker for which these cost no more. With `models` in place of `candidates` it calls them first,
 * `samples` times each, and picks among their answers; a model that fails is in `failures`, no error while one answers.
 *
 * @throws InvalidArgumentError, RankerError, the signal's reason on abort; with `models` also NoCandidatesError where
 * every call failed, and ModelNotFoundError.
 */
export function bestOfN(options: RankOptions): Promise<BestOfNResult>;
export function bestOfN(options: GenerateAndRankOptions): Promise<GeneratedBestOfNResult>;
export async function bestOfN(options: RankOptions | GenerateAndRankOptions): Promise<BestOfNResult> {
  const { candidates, models } = options as Partial<RankOptions & GenerateAndRankOptions>;
  if (models === undefined) {
    const result = await rankWith(options as RankOptions, { onlyBest: true });
    const best = candidates?.[result.best];
    return { ...result, text: typeof best === 'string' ? best : (best?.text ?? '') };
  }
  if (candidates !== undefined) {
    throw new InvalidArgumentError({
      parameter: 'candidates',
      value: candidates,
      message: 'pass either candidates or models to ask for them, not both.',
    });
  }
  const result = await generateAndRank(options as GenerateAndRankOptions);
  return { ...result, text: result.candidates[result.best]?.text ?? '' };
}

/** Generates candidates and picks the best. The ranker is loaded first, so that a mistake is found before anything is spent. */
async function generateAndRank(options: GenerateAndRankOptions): Promise<GenerateAndRankResult> {
  const start = performance.now();
  planCalls(options);
  const prepared = await prepareRanking(options, { onlyBest: true });
  const { candidates, failures, usage } = await generateCandidates(options);
  const ranking = await rankTexts({ ...prepared, texts: candidates.map(({ text }) => text) });
  return {
    ...ranking,
    candidates,
    failures,
    usage: addUsage(usage, ranking.usage),
    timings: { totalMs: performance.now() - start },
  };
}
