import { prefilterLogit, type StrengthPosterior } from './strength-posterior.ts';

/**
 * The expected MaxLogits over all pairs: the known logits, and the mean of the posterior in place of the others. The
 * scores that `adaptive` uses, and those of a cascade, where the prefilter's logits of pairs not compared count.
 */
export function expectedScores({
  knowledge: { size, comparisons, prefilter },
  components,
}: StrengthPosterior): readonly number[] {
  const mean = Float64Array.from({ length: size + 1 }, (_, index) =>
    components.reduce((sum, component) => sum + component.weight * (component.mean[index] ?? 0), 0),
  );
  const known = new Map(
    comparisons.flatMap(({ left, right, logit }) => [
      [left * size + right, logit] as const,
      [right * size + left, 0 - logit] as const,
    ]),
  );
  return Array.from({ length: size }, (_, i) => {
    let [sum, count] = [0, 0];
    for (let j = 0; j < size; j++) {
      const logit =
        known.get(i * size + j) ??
        (mean[i] ?? 0) - (mean[j] ?? 0) + (1 + (mean[size] ?? 0)) * prefilterLogit(prefilter, i, j);
      if (i === j || Number.isNaN(logit)) continue;
      sum += logit;
      count += 1;
    }
    // Rounding to twelve digits keeps exact ties exact.
    return count === 0 ? 0 : Number((sum / count).toFixed(12)) + 0;
  });
}
