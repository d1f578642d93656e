import type { PairComparison } from './pair-comparison.ts';

/** How much a ranker goes by the order in which it is shown a pair, measured on pairs asked in both orders. */
export interface PositionBias {
  /** Pairs with an opinion in both orders. */
  readonly pairs: number;
  /** Pairs whose winner changed with the order. */
  readonly flipped: number;
  /** The place that won more of those; undefined where neither did. */
  readonly favoured: 'first' | 'second' | undefined;
}

/** Measures it; undefined where no pair was asked in both orders. */
export function measurePositionBias(comparisons: readonly PairComparison[]): PositionBias | undefined {
  const both = comparisons.flatMap(({ forward, reverse }) =>
    forward === undefined || reverse === undefined || Number.isNaN(forward.logit + reverse.logit)
      ? []
      : [{ forward: Math.sign(forward.logit), reverse: Math.sign(reverse.logit) }],
  );
  if (both.length === 0) return undefined;
  // Each logit speaks for what was shown first, so a winner by place has the same sign in both orders.
  const flips = both.filter(({ forward, reverse }) => forward !== 0 && forward === reverse);
  const first = flips.filter(({ forward }) => forward > 0).length;
  const second = flips.length - first;
  return {
    pairs: both.length,
    flipped: flips.length,
    favoured: first > second ? 'first' : second > first ? 'second' : undefined,
  };
}
