import type { LogitMatrix } from '../logit-matrix.ts';

/**
 * MaxWins (LLM-Blender paper, inference of the PairRanker): how often a candidate wins, each order counted on its own, so that a candidate that
 * wins only when shown first gets one point of two. An undecided judgement is half a win for each side.
 * Scores lie between 0 and 2 (N - 1).
 */
export function maxWins(matrix: LogitMatrix): readonly number[] {
  return matrix.map((row, i) => {
    const shownFirst = row.reduce<number>((wins, logit) => wins + winShare(logit), 0);
    return matrix.reduce(
      (wins, other) => wins + winShare(other[i] === undefined ? undefined : 0 - other[i]),
      shownFirst,
    );
  });
}

function winShare(logit: number | undefined): number {
  if (logit === undefined) return 0;
  return logit > 0 ? 1 : logit === 0 ? 0.5 : 0;
}
