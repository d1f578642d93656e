import { InvalidArgumentError } from '../error/index.ts';
import { type GenerateAndRankOptions, generateAndRank, type GenerateAndRankResult } from './generate-and-rank.ts';
import { rank, type RankOptions, type RankResult } from './rank.ts';

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
 * Picks the best of N candidates with as few comparisons as that takes (`strategy: 'bubble'` unless told otherwise).
 * With `models` in place of `candidates` it asks them first, `samples` times each, and picks among their answers; a
 * model that fails is in `failures`, no error while one answers.
 *
 * @throws InvalidArgumentError, RankerError, the signal's reason on abort; with `models` also NoCandidatesError where
 * every call failed, and ModelNotFoundError.
 */
export function bestOfN(options: RankOptions): Promise<BestOfNResult>;
export function bestOfN(options: GenerateAndRankOptions): Promise<GeneratedBestOfNResult>;
export async function bestOfN(options: RankOptions | GenerateAndRankOptions): Promise<BestOfNResult> {
  const strategy = options.strategy ?? 'bubble';
  const { candidates, models } = options as Partial<RankOptions & GenerateAndRankOptions>;
  if (models === undefined) {
    const result = await rank({ ...(options as RankOptions), strategy });
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
  const result = await generateAndRank({ ...(options as GenerateAndRankOptions), strategy });
  return { ...result, text: result.candidates[result.best]?.text ?? '' };
}
