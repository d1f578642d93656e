/** Rows of a square matrix. */
export type SquareMatrix = readonly Float64Array[];

/** Below this share of its diagonal, what is left of a row is rounding. */
const ROUNDING = 1e-12;

/**
 * The lower triangle L with L Lᵀ = matrix, for a symmetric matrix without negative eigenvalues. Rows that depend on those
 * above have 0 on the diagonal of L; only a matrix without such can be solved for or inverted.
 */
export function cholesky(matrix: SquareMatrix): SquareMatrix {
  const size = matrix.length;
  const lower = matrix.map(() => new Float64Array(size));
  for (const [i, row] of lower.entries()) {
    for (let j = 0; j <= i; j++) {
      const other = lower[j] ?? row;
      let sum = matrix[i]?.[j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (row[k] ?? 0) * (other[k] ?? 0);
      const pivot = other[j] ?? 0;
      if (i === j) row[j] = sum > ROUNDING * (matrix[i]?.[i] ?? 0) ? Math.sqrt(sum) : 0;
      else row[j] = pivot === 0 ? 0 : sum / pivot;
    }
  }
  return lower;
}

/** x with L x = right. */
export function solveLower(lower: SquareMatrix, right: Float64Array): Float64Array {
  const solution = new Float64Array(right.length);
  for (const [i, row] of lower.entries()) {
    let sum = right[i] ?? 0;
    for (let k = 0; k < i; k++) sum -= (row[k] ?? 0) * (solution[k] ?? 0);
    solution[i] = sum / (row[i] ?? 1);
  }
  return solution;
}

/** x with Lᵀ x = right. */
export function solveUpper(lower: SquareMatrix, right: Float64Array): Float64Array {
  const solution = Float64Array.from(right);
  for (let i = lower.length - 1; i >= 0; i--) {
    const row = lower[i] ?? new Float64Array();
    const value = (solution[i] ?? 0) / (row[i] ?? 1);
    solution[i] = value;
    for (let k = 0; k < i; k++) solution[k] = (solution[k] ?? 0) - (row[k] ?? 0) * value;
  }
  return solution;
}

/** The inverse of L Lᵀ. */
export function invert(lower: SquareMatrix): Float64Array[] {
  return lower.map((_, index) => {
    const unit = new Float64Array(lower.length);
    unit[index] = 1;
    return solveUpper(lower, solveLower(lower, unit));
  });
}

/** Sum of the products of their entries; `right` may be longer. */
export function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index++) sum += (left[index] ?? 0) * (right[index] ?? 0);
  return sum;
}

/**
 * The product of `left` with each column, as {@link dot} has it. Four columns at once, since each addition has to wait for
 * the one before it in the same sum.
 */
export function dots(left: Float64Array, columns: readonly Float64Array[]): Float64Array {
  const products = new Float64Array(columns.length);
  const whole = columns.length - (columns.length % 4);
  for (let first = 0; first < whole; first += 4) {
    const [one = left, two = left, three = left, four = left] = columns.slice(first, first + 4);
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let index = 0; index < left.length; index++) {
      const own = left[index] ?? 0;
      a += own * (one[index] ?? 0);
      b += own * (two[index] ?? 0);
      c += own * (three[index] ?? 0);
      d += own * (four[index] ?? 0);
    }
    products.set([a, b, c, d], first);
  }
  for (let column = whole; column < columns.length; column++) products[column] = dot(left, columns[column] ?? left);
  return products;
}

/** Adds to one entry. */
export function addAt(values: Float64Array | undefined, index: number, value: number): void {
  if (values !== undefined) values[index] = (values[index] ?? 0) + value;
}
