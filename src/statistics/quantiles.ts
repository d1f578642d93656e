/** Share of a standard normal distribution below `z`; correct to seven digits. */
export function normalShareBelow(z: number): number {
  // Complementary error function by the Chebyshev fit of Press et al., Numerical Recipes, section 6.2.
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const coefficients = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  const exponent = coefficients.reduceRight((sum, coefficient) => sum * t + coefficient, 0);
  const tail = (t * Math.exp(exponent - x * x)) / 2;
  return z < 0 ? tail : 1 - tail;
}

/** The value below which a share of the standard normal distribution lies. */
export function normalQuantile(share: number): number {
  let [low, high] = [-40, 40];
  // In the lower half, where the small tail keeps its digits.
  const tail = Math.min(share, 1 - share);
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (normalShareBelow(middle) < tail) low = middle;
    else high = middle;
  }
  const quantile = (low + high) / 2;
  return share < 0.5 ? quantile : -quantile;
}

/**
 * The same for Student's t distribution, to about 1 %: Abramowitz and Stegun 26.7.5, exact with 1 and 2 degrees of freedom.
 */
export function studentQuantile(share: number, degrees: number): number {
  if (degrees === 1) return Math.tan(Math.PI * (share - 0.5));
  if (degrees === 2) return (2 * share - 1) / Math.sqrt(2 * share * (1 - share));
  const z = normalQuantile(share);
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ];
  return terms.reduceRight((sum, term) => (sum + term) / degrees, 0) + z;
}

/** Quantile of sorted numbers, linear between two of them. @param sorted ascending, at least one. */
export function sampleQuantile(sorted: ArrayLike<number>, share: number): number {
  const position = Math.min(1, Math.max(0, share)) * (sorted.length - 1);
  const below = Math.floor(position);
  const lower = sorted[below] ?? Number.NaN;
  const upper = sorted[Math.min(below + 1, sorted.length - 1)] ?? lower;
  return lower + (position - below) * (upper - lower);
}
