import { type RankOptions, rankWith } from './rank.ts';
import type { RankResult } from './rank-result.ts';

/** Result of {@link bestOfN}. */
export interface BestOfNResult extends RankResult {
  /** Text of the best candidate. */
  readonly text: string;
}

/**
 * Picks the best of N candidates with as few comparisons as that takes: `strategy: 'adaptive'` unless told otherwise, or
 * all pairs of a ranker for which these cost no more.
 *
 * @throws InvalidArgumentError, RankerError, the signal's reason on abort.
 */
export async function bestOfN(options: RankOptions): Promise<BestOfNResult> {
  const result = await rankWith(options, { onlyBest: true });
  const best = options.candidates[result.best];
  return { ...result, text: typeof best === 'string' ? best : (best?.text ?? '') };
}
