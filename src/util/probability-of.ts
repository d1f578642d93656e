/** Log-odds to a probability, between 0 and 1 (sigmoid). */
export function probabilityOf(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}
