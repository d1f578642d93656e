import { InvalidArgumentError } from '../error/index.ts';
import { type GenerateAndRankOptions, generateAndRank, type GenerateAndRankResult } from './generate-and-rank.ts';
import { type RankOptions, rankWith } from './rank.ts';
import type { RankResult } from './rank-result.ts';

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
 * Picks the best of N candidates with as few comparisons as that takes: `strategy: 'adaptive'` unless told otherwise, or
 * all pairs of a ranker for which these cost no more. With `models` in place of `candidates` it asks them first,
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
  const result = await generateAndRank(options as GenerateAndRankOptions, { onlyBest: true });
  return { ...result, text: result.candidates[result.best]?.text ?? '' };
}
