import { expect, test } from 'vitest';
import { cholesky, invert, solveLower, solveUpper } from './linear-algebra.ts';

const MATRIX = [
  [4, 2, -1],
  [2, 5, 0.5],
  [-1, 0.5, 3],
].map((row) => Float64Array.from(row));

function product(vector: Float64Array): readonly number[] {
  return MATRIX.map((row) => row.reduce((sum, value, index) => sum + value * (vector[index] ?? 0), 0));
}

test('solves a system', () => {
  const lower = cholesky(MATRIX);
  const solution = solveUpper(lower, solveLower(lower, Float64Array.from([1, -2, 3])));
  expect(product(solution)).toEqual([1, -2, 3].map((value) => expect.closeTo(value, 12)));
});

test('takes a matrix whose rows depend on each other', () => {
  const lower = cholesky(
    [
      [1, -1, 0],
      [-1, 1, 0],
      [0, 0, 2],
    ].map((row) => Float64Array.from(row)),
  );
  expect(lower.map((row) => [...row])).toEqual([
    [1, 0, 0],
    [-1, 0, 0],
    [0, 0, Math.SQRT2],
  ]);
});

test('inverts', () => {
  const inverse = invert(cholesky(MATRIX));
  for (const [index, column] of inverse.entries()) {
    expect(product(column)).toEqual([0, 1, 2].map((row) => expect.closeTo(row === index ? 1 : 0, 12)));
  }
});
