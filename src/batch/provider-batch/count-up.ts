/** Counts one more. @returns how many there are */
export function countUp<KEY>(counts: Map<KEY, number>, key: KEY): number {
  const count = (counts.get(key) ?? 0) + 1;
  counts.set(key, count);
  return count;
}
