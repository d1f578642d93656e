import type { Verdict } from '../../../spec/pair-ranker.ts';

/** How much a claim counts. */
export const STRENGTH = {
  /** "Both are good": praise that may still lead to a preference. */
  remark: 1,
  /** "A is better." */
  statement: 2,
  /** "Therefore, A is better", "I prefer A", or the first sentence. */
  conclusion: 3,
  /** "Winner: A", "1. A is better", a line of its own, two scores. */
  choice: 4,
  /** "Final verdict: A", "[[A]]". */
  final: 5,
} as const;

/** One of {@link STRENGTH}. */
export type Strength = (typeof STRENGTH)[keyof typeof STRENGTH];

/** Something in a reply that speaks for a verdict. */
export interface Claim {
  readonly verdict: Verdict;
  readonly strength: Strength;
}

/** The verdict of claims that agree. What a reply concludes outweighs what it says on the way, but not what it says afterwards. */
export function decideClaims(claims: readonly Claim[]): Verdict | undefined {
  const strongest = claims.reduce((most, { strength }) => Math.max(most, strength), 0);
  if (strongest === 0) return undefined;
  const bar = strongest === STRENGTH.final ? STRENGTH.final : Math.min(strongest, STRENGTH.conclusion);
  const decisive = claims.flatMap((claim, index) => (claim.strength >= bar ? [index] : []));
  const verdict = claims[decisive[0] ?? 0]?.verdict;
  const agreed = decisive.every((index) => claims[index]?.verdict === verdict);
  const afterwards = claims.slice((decisive.at(-1) ?? 0) + 1);
  const retracted = afterwards.some((claim) => claim.strength >= STRENGTH.statement && claim.verdict !== verdict);
  return agreed && !retracted ? verdict : undefined;
}
