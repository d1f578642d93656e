/**
 * Overlap of two rankings: the Jaccard overlap of their best k, mean over k = 1…c, between 0 and 1. Of equal ranks the
 * first candidate comes first.
 */
export function setOverlap(ranks: readonly number[], reference: readonly number[]): number {
  const order = (values: readonly number[]) =>
    values.map((_, place) => place).toSorted((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const [own, other] = [order(ranks), order(reference)];
  const overlaps = own.map((_, last) => {
    const best = new Set(own.slice(0, last + 1));
    const shared = other.slice(0, last + 1).filter((place) => best.has(place)).length;
    return shared / (2 * (last + 1) - shared);
  });
  return overlaps.reduce((sum, overlap) => sum + overlap, 0) / overlaps.length;
}
