import { addAt, dot } from '../../util/linear-algebra.ts';
import { combinedLogit, type LogitMatrix } from '../logit-matrix.ts';

/**
 * Strengths s that fit the comparisons best: the minimum of the sum of (s[i] - s[j] - logit(i, j))² with mean 0.
 * For a complete matrix this is MaxLogits up to a factor (N - 1) / N; for a tournament, where the comparisons
 * form a tree, every comparison is met exactly. So it is the fair choice when only some pairs were compared.
 * Candidates that no chain of comparisons connects are each taken as average of their own group.
 *
 * Conjugate gradients on the graph's Laplacian: exact after N steps but for rounding.
 */
export function leastSquares(matrix: LogitMatrix): readonly number[] {
  const size = matrix.length;
  const edges = matrix.flatMap((_, i) =>
    matrix.flatMap((__, j) => {
      const logit = i < j ? combinedLogit(matrix, i, j) : undefined;
      return logit === undefined ? [] : [{ i, j, logit }];
    }),
  );
  const divergence = (values: (edge: { i: number; j: number; logit: number }) => number) => {
    const sums = new Float64Array(size);
    for (const edge of edges) {
      const value = values(edge);
      addAt(sums, edge.i, value);
      addAt(sums, edge.j, -value);
    }
    return sums;
  };
  const strengths = new Float64Array(size);
  let residual = divergence(({ logit }) => logit);
  let direction = residual;
  let norm = dot(residual, residual);
  const enough = norm * 1e-28;
  for (let step = 0; step < 4 * size && norm > enough; step++) {
    const along = direction;
    const image = divergence(({ i, j }) => at(along, i) - at(along, j));
    const length = norm / dot(along, image);
    residual = residual.map((value, index) => value - length * at(image, index));
    for (const [index, value] of along.entries()) addAt(strengths, index, length * value);
    const next = dot(residual, residual);
    direction = residual.map((value, index) => value + (next / norm) * at(along, index));
    norm = next;
  }
  // Rounding to twelve digits keeps exact ties exact.
  return Array.from(strengths, (strength) => Number(strength.toFixed(12)) + 0);
}

function at(values: Float64Array, index: number): number {
  return values[index] ?? 0;
}
