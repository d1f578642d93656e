import type { Pair, PairJudgement, PairRankerCompareOptions } from '../spec/pair-ranker.ts';
import { raceAbort } from '../util/race-abort.ts';

/**
 * Compares all pairs at the same time and reports each as it is done, until the signal aborts.
 *
 * @throws the signal's reason on abort, and what `compare` throws.
 */
export async function comparePairs(
  { pairs, abortSignal, onJudgement }: PairRankerCompareOptions,
  compare: (pair: Pair) => Promise<PairJudgement>,
): Promise<readonly PairJudgement[]> {
  abortSignal?.throwIfAborted();
  const judged = pairs.map(async (pair, index) => {
    const judgement = await compare(pair);
    if (abortSignal?.aborted !== true) onJudgement?.(index, judgement);
    return judgement;
  });
  return raceAbort(Promise.all(judged), abortSignal);
}
