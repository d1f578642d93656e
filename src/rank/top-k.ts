import { candidateTexts, DEFAULT_TOP_K } from '../spec/candidate-texts.ts';
import { rank, type RankOptions } from './rank.ts';
import type { RankResult } from './ranking.ts';

/** Options of {@link topK}. */
export interface TopKOptions extends Omit<RankOptions, 'goal'> {
  /** How many; all if there are fewer. @default 3 */
  readonly topK?: number | undefined;
}

/** Result of {@link topK}. */
export interface TopKResult extends RankResult {
  /** Texts of the best, best first; among ties the order given. Ready for `fuse`. */
  readonly texts: readonly string[];
  /** Their indices among the candidates as given. */
  readonly indices: readonly number[];
}

/**
 * Finds the best K of N candidates, best first.
 *
 * @throws InvalidArgumentError, RankerError, the signal's reason on abort.
 */
export async function topK(options: TopKOptions): Promise<TopKResult> {
  const { topK: count = DEFAULT_TOP_K } = options;
  const given = candidateTexts(options.candidates);
  const result = await rank({ ...options, goal: 'top-k' });
  const indices = result.order.slice(0, count);
  return { ...result, texts: indices.map((index) => given[index] ?? ''), indices };
}
