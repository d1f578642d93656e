import { rank, type RankOptions } from './rank.ts';
import type { RankResult } from './rank-result.ts';

/** Result of {@link bestOfN}. */
export interface BestOfNResult extends RankResult {
  /** Text of the best candidate. */
  readonly text: string;
}

/**
 * Picks the best of N candidates with as few comparisons as that takes (`strategy: 'bubble'` unless told otherwise).
 *
 * @throws InvalidArgumentError, RankerError, the signal's reason on abort.
 */
export async function bestOfN(options: RankOptions): Promise<BestOfNResult> {
  const result = await rank({ ...options, strategy: options.strategy ?? 'bubble' });
  const best = options.candidates[result.best];
  return { ...result, text: typeof best === 'string' ? best : (best?.text ?? '') };
}
