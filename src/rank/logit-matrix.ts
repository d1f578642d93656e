import type { PairComparison } from '../compare/index.ts';

/**
 * Square matrix S of N candidates: `S[i][j]` is the logit that i beats j with i shown first, undefined where that was
 * not compared or the ranker had no opinion. The diagonal is undefined. Positive favours the row.
 */
export type LogitMatrix = readonly (readonly (number | undefined)[])[];

/** Collects comparisons into a matrix. */
export function toLogitMatrix(size: number, comparisons: readonly PairComparison[]): LogitMatrix {
  const matrix = Array.from({ length: size }, () => Array.from({ length: size }, (): number | undefined => undefined));
  const set = (row: number, column: number, logit: number | undefined) => {
    const cells = matrix[row];
    if (cells !== undefined && logit !== undefined && !Number.isNaN(logit)) cells[column] = logit;
  };
  for (const { left, right, logit, forward, reverse, rule } of comparisons) {
    set(left, right, rule === undefined ? forward?.logit : logit);
    set(right, left, rule === undefined ? reverse?.logit : 0 - logit);
  }
  return matrix;
}

/** Log-odds that i beats j with the orders combined: (S[i][j] - S[j][i]) / 2; undefined where neither is known. */
export function combinedLogit(matrix: LogitMatrix, i: number, j: number): number | undefined {
  const forward = matrix[i]?.[j];
  const reverse = matrix[j]?.[i];
  if (forward === undefined) return reverse === undefined ? undefined : 0 - reverse;
  return reverse === undefined ? forward : (forward - reverse) / 2;
}
