/** Ranks from scores: 1 = best, ties share the smallest rank and leave a gap behind them (1, 1, 3). */
export function toRanks(scores: readonly number[]): readonly number[] {
  return scores.map((score) => 1 + scores.filter((other) => other > score).length);
}

/** Indices by rank; among equal ranks the order given. */
export function toOrder(ranks: readonly number[]): readonly number[] {
  return ranks.map((_, index) => index).toSorted((left, right) => (ranks[left] ?? 0) - (ranks[right] ?? 0));
}
