/** Ranks from scores: 1 = best, ties share the smallest rank and leave a gap behind them (1, 1, 3). */
export function toRanks(scores: readonly number[]): readonly number[] {
  return scores.map((score) => 1 + scores.filter((other) => other > score).length);
}
