import { RankerError } from '../error/index.ts';
import type { PairRanker } from '../spec/pair-ranker.ts';
import type { PairComparison } from './pair-comparison.ts';

function judgementsOf(comparisons: readonly PairComparison[]) {
  return comparisons.flatMap(({ forward, reverse }) =>
    [forward, reverse].filter((judgement) => judgement !== undefined),
  );
}

/** True where a judge of four choices called both candidates bad every time. */
export function isLowQuality(comparisons: readonly PairComparison[]): boolean {
  const verdicts = judgementsOf(comparisons).flatMap(({ verdict }) => verdict ?? []);
  return verdicts.length > 0 && verdicts.every((verdict) => verdict === 'both-bad');
}

/**
 * A call that fails leaves its pair unknown; where every call failed there is nothing to go by.
 *
 * @throws RankerError with the reason of the first.
 */
export function checkAnswered(ranker: Pick<PairRanker, 'name'>, comparisons: readonly PairComparison[]): void {
  const judgements = judgementsOf(comparisons);
  const [first] = judgements;
  if (first?.failure === undefined || judgements.some(({ failure }) => failure === undefined)) return;
  throw new RankerError({ ranker: ranker.name, reason: first.failure });
}
